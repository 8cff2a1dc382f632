import type { WeightFile } from '../formats/checkpoint.ts'
import type { Job, Plan } from '../plan/plan.ts'

/** Tensors up to this size are read together with their neighbours: a read costs about a millisecond, whatever its size. */
const SMALL = 2 * 2 ** 20
/** Bytes of one such read. */
const GROUP_BYTES = 8 * 2 ** 20
/** Bytes between two tensors of a group that are read in vain. */
const LARGEST_GAP = 64 * 2 ** 10

/** A stretch of a file that several small tensors are read from at once. */
interface Group {
  readonly begin: number
  end: number
  /** Reads that are still to come; with the last of them the bytes are let go. */
  waiting: number
  bytes: Promise<ArrayBuffer> | null
}

/** A tensor of a group. Each of its jobs reads it once out of the group; a second reading is one of the disk. */
interface Member {
  readonly group: Group
  readonly end: number
  waiting: number
}

/**
 * Reads small tensors that lie beside each other in a file in one go. Only tensors of the same output shard are put together, so that they are
 * asked for at about the same time and the bytes are soon let go. Tensors of which rows are picked or cut are left out.
 */
export class GroupedReads {
  /** By checkpoint and file, then by the byte where a tensor begins: one for each shard that it goes into. */
  readonly #members = new Map<string, Map<number, Member[]>>()

  /** @param left jobs that are not going to be made */
  constructor({ jobs, shards }: Pick<Plan, 'jobs' | 'shards'>, left: (job: Job) => boolean = () => false) {
    for (const shard of shards) {
      const own = shard.jobs.flatMap((index) => jobs[index] ?? []).filter((job) => !left(job))
      for (const [file, sources] of smallSources(own)) this.#group(file, sources)
    }
  }

  #group(file: string, sources: { offset: number; byteLength: number }[]): void {
    const members = this.#members.get(file) ?? new Map<number, Member[]>()
    this.#members.set(file, members)
    let group: Group | null = null
    for (const { offset, byteLength } of sources.sort((a, b) => a.offset - b.offset)) {
      const end = offset + byteLength
      if (group === null || offset > group.end + LARGEST_GAP || end > group.begin + GROUP_BYTES)
        group = { begin: offset, end, waiting: 0, bytes: null }
      group.end = Math.max(group.end, end)
      group.waiting++
      const here = members.get(offset) ?? []
      members.set(offset, here)
      const known = here.find((member) => member.group === group && member.end === end)
      if (known !== undefined) known.waiting++
      else here.push({ group, end, waiting: 1 })
    }
  }

  /** The same files; what they give of small tensors comes out of larger reads. @param files by checkpoint of the plan */
  over(files: readonly (readonly WeightFile[])[]): readonly (readonly WeightFile[])[] {
    return files.map((checkpoint, c) =>
      checkpoint.map((file, f): WeightFile => {
        const members = this.#members.get(`${c} ${f}`)
        return members === undefined ? file : { ...file, blob: grouped(file.blob, members) }
      }),
    )
  }
}

/** Small tensors that are read whole, by checkpoint and file; one that several jobs read counts as often. */
function smallSources(jobs: readonly Job[]): Map<string, { offset: number; byteLength: number }[]> {
  const found = new Map<string, { offset: number; byteLength: number }[]>()
  for (const { kind, segments, sources } of jobs) {
    if (kind !== 'copy' && (segments.length !== 1 || segments[0]?.gather !== undefined)) continue
    for (const { checkpoint, tensor } of kind === 'copy' ? sources.slice(0, 1) : sources) {
      if (tensor.byteLength === 0 || tensor.byteLength > SMALL || tensor.strides !== undefined) continue
      const key = `${checkpoint} ${tensor.file}`
      const list = found.get(key) ?? []
      found.set(key, list)
      list.push(tensor)
    }
  }
  return found
}

/** As much of a Blob as readers use: `size`, and the bytes of a slice. */
function grouped(blob: Blob, members: ReadonlyMap<number, readonly Member[]>): Blob {
  const slice = (from = 0, to = blob.size) => {
    const member = members.get(from)?.find(({ end, waiting }) => end === to && waiting > 0)
    if (member === undefined) return blob.slice(from, to)
    return { size: to - from, arrayBuffer: () => bytesOf(blob, member, from) }
  }
  return { size: blob.size, slice } as unknown as Blob
}

async function bytesOf(blob: Blob, member: Member, from: number): Promise<ArrayBuffer> {
  const { group, end } = member
  if (member.waiting === 0) return blob.slice(from, end).arrayBuffer()
  group.bytes ??= blob.slice(group.begin, group.end).arrayBuffer()
  const { bytes } = group
  member.waiting--
  group.waiting--
  if (group.waiting === 0) group.bytes = null
  return (await bytes).slice(from - group.begin, end - group.begin)
}
