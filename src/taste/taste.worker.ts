import { expose } from 'comlink'
import type { TextLoss } from './loss.ts'
import type { SpeakRequest } from './speak.ts'
import { type TasteInput, type TasteMerge, type Taster, Tasting } from './tasting.ts'

/** The taste panel's worker: a tasting behind messages. A new merge ends what the merged model is saying. */
export class TasteWorker {
  #tasting: Promise<Tasting> | null = null
  #merged = new AbortController()
  /** Aborts what is said of checkpoints; only the end of the worker does. */
  readonly #inputs = new AbortController()

  /** Call once, before anything else. */
  async open(inputs: readonly TasteInput[]): Promise<void> {
    this.#tasting = Tasting.create(inputs)
    await this.#tasting
  }

  async setMerge(merge: TasteMerge): Promise<void> {
    this.#merged.abort()
    this.#merged = new AbortController()
    ;(await this.#opened()).setMerge(merge)
  }

  /** Ends what the merged model is saying. */
  hush(): void {
    this.#merged.abort()
    this.#merged = new AbortController()
  }

  async speak(who: Taster, request: SpeakRequest, onText: (text: string) => void): Promise<string> {
    const signal = this.#signal(who)
    return (await this.#opened()).speak(who, request, onText, signal)
  }

  async loss(who: Taster, texts: readonly string[]): Promise<TextLoss> {
    const signal = this.#signal(who)
    return (await this.#opened()).loss(who, texts, signal)
  }

  #signal(who: Taster): AbortSignal {
    return who === 'merged' ? this.#merged.signal : this.#inputs.signal
  }

  #opened(): Promise<Tasting> {
    if (this.#tasting === null) throw new Error('nothing was opened')
    return this.#tasting
  }
}

expose(new TasteWorker())
