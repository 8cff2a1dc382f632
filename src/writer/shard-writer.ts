import type { Sink, SinkFile } from '../files/sink.ts'
import type { Job, Plan, PlannedShard } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import { findDifference } from './check-shard.ts'
import type { Journal } from './journal.ts'
import type { SourceFacts } from './partial.ts'
import { HasherPool } from './tensor-hash.ts'

/**
 * Closes that may run at once. Each hashes its whole file in the browser, 8 KiB at a time from thread to thread: about 100 MB/s a file,
 * so that eight keep up with a disk that takes 800 MB/s, if there are cores for it.
 */
const CLOSES_AT_ONCE = 8

interface OpenShard {
  readonly file: SinkFile
  remaining: number
}

export interface ShardWriterEvents {
  onWritten(bytes: number): void
  /** A file is closed. @param bytes of all of it */
  onClosed(bytes: number): void
  /** A file was read again and is as it was written. */
  onVerified(bytes: number): void
}

/**
 * Streams tensors into shards at planned offsets. A shard is opened when its first tensor comes and closed in the background after its
 * last one; then it is opened again, its size (and on request the hash of every tensor) is compared with what was streamed, and it is
 * recorded in the journal.
 */
export class ShardWriter {
  readonly #open = new Map<number, Promise<OpenShard>>()
  readonly #closing = new Set<Promise<void>>()
  /** Files that were begun and are not known to be whole. */
  readonly #begun = new Set<string>()
  readonly #digests = new Map<string, string>()
  readonly #facts = new Map<string, SourceFacts>()
  readonly #hashers = new HasherPool()
  #failure: unknown = null
  #verified = 0

  readonly #sink: Sink
  readonly #shards: readonly PlannedShard[]
  readonly #jobs: readonly Job[]
  readonly #verify: boolean
  readonly #journal: Journal
  readonly #events: ShardWriterEvents

  /** @param verify re-read every finished shard and compare the hash of each tensor with what was streamed */
  constructor(
    sink: Sink,
    plan: Pick<Plan, 'shards' | 'jobs'>,
    verify: boolean,
    journal: Journal,
    events: ShardWriterEvents,
  ) {
    this.#sink = sink
    this.#shards = plan.shards
    this.#jobs = plan.jobs
    this.#verify = verify
    this.#journal = journal
    this.#events = events
  }

  /** Shards whose re-read gave what was streamed. */
  get verifiedShards(): number {
    return this.#verified
  }

  /** Begins a tensor: its bytes come in order through `write`. One that was broken off may be begun again. */
  async begin(job: Job): Promise<TensorSink> {
    if (this.#failure !== null) throw this.#failure
    const shard = await this.#shardOf(job.shard)
    const hash = await this.#hashers.start()
    let at = job.offset
    return {
      write: async (bytes) => {
        if (this.#failure !== null) throw this.#failure
        const position = at
        at += bytes.length
        hash.update(bytes)
        await shard.file.write(position, bytes).catch((cause: unknown) => {
          throw this.#withRoom(cause, this.#planned(job.shard))
        })
        this.#events.onWritten(bytes.length)
      },
      end: async (facts) => {
        if (at !== job.offset + job.byteLength) {
          throw new Error(`${job.name}: ${at - job.offset} bytes came where ${job.byteLength} were planned`)
        }
        this.#digests.set(job.name, hash.digest())
        this.#facts.set(job.name, facts)
        shard.remaining--
        if (shard.remaining === 0) await this.#close(job.shard, shard)
      },
    }
  }

  /** Waits for all closes and re-reads; call once after the last tensor. */
  async finish(): Promise<void> {
    while (this.#closing.size > 0) await Promise.race(this.#closing)
    if (this.#failure !== null) throw this.#failure
    if (this.#open.size > 0) throw new Error(`${this.#open.size} shards are still open`)
  }

  /** Writes a small file as a whole. */
  async writeFile(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#begun.add(name)
    const file = await this.#sink.create(name)
    try {
      await file.write(0, bytes)
      await file.close()
    } catch (cause) {
      await file.abort().catch(() => undefined)
      throw cause
    }
  }

  /** Ends everything after a failure: open files are thrown away, and what is not on record is removed. Recorded shards stay. */
  async abort(): Promise<void> {
    this.#failure ??= new StudioError('The merge was stopped.')
    for (const opening of this.#open.values()) {
      await opening.then((shard) => shard.file.abort()).catch(() => undefined)
    }
    this.#open.clear()
    await Promise.allSettled(this.#closing)
    for (const name of this.#begun) await this.#sink.remove(name).catch(() => undefined)
  }

  async #shardOf(index: number): Promise<OpenShard> {
    let opening = this.#open.get(index)
    if (opening === undefined) {
      opening = this.#create(index)
      this.#open.set(index, opening)
    }
    return opening
  }

  async #create(index: number): Promise<OpenShard> {
    const shard = this.#planned(index)
    this.#begun.add(shard.name)
    const file = await this.#sink.create(shard.name)
    try {
      await file.write(0, shard.header)
    } catch (cause) {
      await file.abort().catch(() => undefined)
      throw this.#withRoom(cause, shard)
    }
    this.#events.onWritten(shard.header.length)
    return { file, remaining: shard.jobs.length }
  }

  async #close(index: number, shard: OpenShard): Promise<void> {
    while (this.#closing.size >= CLOSES_AT_ONCE) await Promise.race(this.#closing)
    this.#open.delete(index)
    const closing: Promise<void> = shard.file
      .close()
      .then(() => this.#check(index))
      .catch(async (cause: unknown) => {
        this.#failure ??= this.#withRoom(cause, this.#planned(index))
        // Its swap file may be left where the close failed; there is none where the check did.
        await shard.file.abort().catch(() => undefined)
      })
      .finally(() => {
        this.#closing.delete(closing)
      })
    this.#closing.add(closing)
  }

  /** Re-opens a finished shard: its size always, the hash of every tensor on request; then records it. */
  async #check(index: number): Promise<void> {
    const shard = this.#planned(index)
    this.#events.onClosed(shard.byteLength)
    const blob = await this.#sink.open(shard.name)
    if (blob.size !== shard.byteLength) {
      throw new StudioError(
        `${shard.name} has ${blob.size} bytes after it was closed, and ${shard.byteLength} were written: the disk or another program changed it. Check the disk and merge again.`,
      )
    }
    if (this.#verify) {
      const different = await findDifference(blob, shard, this.#jobs, this.#digests, this.#hashers)
      if (different !== null) {
        throw new StudioError(
          `${shard.name}: ${different} differs on disk from what was written: the disk or another program changed it. Check the disk and merge again.`,
        )
      }
      this.#verified++
      this.#events.onVerified(shard.byteLength)
    }
    await this.#journal.add({
      name: shard.name,
      byteLength: shard.byteLength,
      tensors: shard.jobs.map((number) => {
        const name = this.#jobs[number]?.name ?? ''
        return [name, this.#digests.get(name) ?? '']
      }),
      sources: this.#factsOf(shard).flatMap(({ hashes }) => hashes),
      nonFinite: this.#factsOf(shard).flatMap(({ nonFinite }) => nonFinite),
    })
    this.#begun.delete(shard.name)
  }

  #factsOf(shard: PlannedShard): SourceFacts[] {
    return shard.jobs.flatMap((number) => this.#facts.get(this.#jobs[number]?.name ?? '') ?? [])
  }

  /** Says of a full disk how much room is needed. @returns the error in these words, or as it is where the disk is not full */
  explain(cause: unknown): unknown {
    return this.#withRoom(cause, null)
  }

  /** Says of a full disk how much room the file and the rest need: the browser cannot see how much there is. */
  #withRoom(cause: unknown, shard: PlannedShard | null): unknown {
    const reason = cause instanceof StudioError ? cause.cause : null
    if (!(reason instanceof Error) || reason.name !== 'QuotaExceededError') return cause
    const done = new Set(this.#journal.finished.map(({ name }) => name))
    const missing = this.#shards.reduce((sum, { name, byteLength }) => sum + (done.has(name) ? 0 : byteLength), 0)
    const needed =
      shard === null
        ? `all that is missing needs ${missing} bytes`
        : `${shard.name} needs ${shard.byteLength} bytes, and all that is missing ${missing}`
    const message = this.#sink.inStorage
      ? `The browser’s own storage is full: ${needed}. Free that much on the disk and press Continue.`
      : `The disk of the output folder is full: ${needed} (the browser cannot see how much room there is). Free that much and press Continue, or choose a folder on another disk.`
    return new StudioError(message, { cause })
  }

  #planned(index: number): PlannedShard {
    const shard = this.#shards[index]
    if (shard === undefined) throw new Error(`no shard ${index}`)
    return shard
  }
}

/** Takes one tensor's bytes, in order. */
export interface TensorSink {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  end(facts: SourceFacts): Promise<void>
}
