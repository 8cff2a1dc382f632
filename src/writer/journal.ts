import type { Sink } from '../files/sink.ts'
import { encodePartial, type FinishedShard, PARTIAL_FILE, type Partial } from './partial.ts'

/** The browser's own storage for records: a second place beside the output folder. */
export interface JournalStore {
  put(partial: Partial): Promise<void>
  remove(): Promise<void>
}

/**
 * Records what is finished of a merge, in the output folder itself and in the browser's storage. A record is written as a whole: the
 * folder's file is replaced at once when it is closed.
 */
export class Journal {
  readonly #sink: Sink
  readonly #store: JournalStore | null
  #partial: Partial
  #writing: Promise<void> = Promise.resolve()
  /** The record that the last write on its way holds. */
  #written: Partial | null = null

  /** @param partial what is finished already */
  constructor(sink: Sink, partial: Partial, store: JournalStore | null) {
    this.#sink = sink
    this.#partial = partial
    this.#store = store
  }

  get finished(): readonly FinishedShard[] {
    return this.#partial.finished
  }

  /** Writes the first record, before the first shard: from here on the folder is known as ours. */
  begin(): Promise<void> {
    return this.#write()
  }

  /** Records a shard that is closed and checked. Returns when the record is on disk. */
  add(shard: FinishedShard): Promise<void> {
    const others = this.#partial.finished.filter(({ name }) => name !== shard.name)
    this.#partial = { ...this.#partial, finished: [...others, shard] }
    return this.#write()
  }

  /** Ends the journal: the merge is finished, or its folder is clean. */
  async end(): Promise<void> {
    await this.#writing.catch(() => undefined)
    await this.#sink.remove(PARTIAL_FILE)
    await this.#store?.remove()
  }

  /** One write at a time; a write takes along everything that was added while it waited for its turn. */
  #write(): Promise<void> {
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        if (this.#written === this.#partial) return
        const partial = this.#partial
        await this.#store?.put(partial)
        const file = await this.#sink.create(PARTIAL_FILE)
        try {
          await file.write(0, encodePartial(partial))
          await file.close()
        } catch (cause) {
          await file.abort().catch(() => undefined)
          throw cause
        }
        this.#written = partial
      })
    return this.#writing
  }
}
