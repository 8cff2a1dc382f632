import type { Job } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import type { SourceHash } from '../writer/partial.ts'
import { HasherPool, type TensorHash } from '../writer/tensor-hash.ts'

const hashers = new HasherPool()

/** xxh128 of source tensors that were read before: in this merge, in an earlier run of it, or when the user had the sources checked. */
export class KnownSources {
  readonly #hashes = new Map<string, string>()

  constructor(hashes: Iterable<SourceHash> = []) {
    for (const [checkpoint, tensor, hash] of hashes) this.set(checkpoint, tensor, hash)
  }

  /** @param checkpoint index into the plan's checkpoints */
  get(checkpoint: number, tensor: string): string | undefined {
    return this.#hashes.get(`${checkpoint} ${tensor}`)
  }

  set(checkpoint: number, tensor: string, hash: string): void {
    this.#hashes.set(`${checkpoint} ${tensor}`, hash)
  }
}

/** One reading of a tensor from its first byte on. */
interface Pass {
  readonly hash: Promise<TensorHash>
  /** Byte of the file at which the next read must begin. */
  at: number
  /** Resolves when everything before `at` is hashed. */
  turn: Promise<void>
}

interface Source {
  readonly checkpoint: number
  readonly file: number
  readonly tensor: string
  readonly begin: number
  readonly end: number
  pass: Pass | null
  hash: string | null
}

/**
 * Hashes a job's source tensors while they are read, and compares each with what is known of it. A tensor counts where it is read from its
 * first to its last byte, in order; one whose rows are picked, or that is stepped through, is left out. A second reading must give what the
 * first one gave.
 */
export class SourceHashes {
  readonly #sources: readonly Source[]
  readonly #known: KnownSources

  constructor(job: Pick<Job, 'sources'>, known: KnownSources) {
    this.#known = known
    this.#sources = job.sources
      .filter(({ tensor }) => tensor.strides === undefined && tensor.byteLength > 0)
      .map(({ checkpoint, tensor: { file, name, offset, byteLength } }) => ({
        checkpoint,
        file,
        tensor: name,
        begin: offset,
        end: offset + byteLength,
        pass: null,
        hash: null,
      }))
  }

  /** Tensors that were read whole. */
  found(): SourceHash[] {
    return this.#sources.flatMap(({ checkpoint, tensor, hash }) => (hash === null ? [] : [[checkpoint, tensor, hash]]))
  }

  /**
   * Announces a read, in the order of the bytes.
   * @returns takes the bytes that came, or null where the read failed. @throws StudioError where the tensor is not what it was
   */
  announce(
    checkpoint: number,
    file: number,
    from: number,
    size: number,
    name: string,
  ): (bytes: Uint8Array | null) => Promise<void> {
    const source = this.#sources.find(
      (each) => each.checkpoint === checkpoint && each.file === file && each.begin <= from && from + size <= each.end,
    )
    if (source === undefined) return ignore
    if (from === source.begin) source.pass = { hash: hashers.start(), at: from, turn: Promise.resolve() }
    const { pass } = source
    if (pass?.at !== from) {
      source.pass = null
      return ignore
    }
    pass.at += size
    const before = pass.turn
    const isLast = pass.at === source.end
    let done = (): void => undefined
    pass.turn = new Promise((resolve) => {
      done = resolve
    })
    return async (bytes) => {
      await before
      try {
        if (source.pass !== pass) return
        if (bytes === null) source.pass = null
        else (await pass.hash).update(bytes)
        if (bytes !== null && isLast) this.#compare(source, (await pass.hash).digest(), name)
      } finally {
        done()
      }
    }
  }

  #compare(source: Source, hash: string, name: string): void {
    source.pass = null
    const { checkpoint, tensor } = source
    if (source.hash !== null && source.hash !== hash)
      throw new StudioError(
        `${name}: the tensor "${tensor}" changed while it was merged: its second reading gave other bytes than the first. Put the file back as it was, and continue.`,
      )
    const known = this.#known.get(checkpoint, tensor)
    if (known !== undefined && known !== hash) throw new StudioError(otherContent(name, tensor))
    source.hash = hash
    this.#known.set(checkpoint, tensor, hash)
  }
}

/** The sentence about a tensor whose content is not what it was, though size and date of its file are. */
export function otherContent(file: string, tensor: string): string {
  return `${file}: the tensor "${tensor}" has other content than when it was read before, although the file's size and headers are the same: put the file back as it was, and continue, or clean the output folder and merge anew.`
}

const ignore = () => Promise.resolve()
