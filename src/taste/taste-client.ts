import { proxy, type Remote, wrap } from 'comlink'
import { scriptUrl } from '../merge/script-url.ts'
import { StudioError } from '../problem.ts'
import type { TextLoss } from './loss.ts'
import type { SpeakRequest } from './speak.ts'
import type { TasteWorker } from './taste.worker.ts'
import workerUrl from './taste.worker.ts?worker&url'
import type { TasteInput, TasteMerge, Taster } from './tasting.ts'

export type { TextLoss } from './loss.ts'
export type { SpeakRequest } from './speak.ts'
export type { TasteInput, TasteMerge, Taster } from './tasting.ts'

/** The taste panel's side of its worker. */
export class TasteClient {
  readonly #worker: Worker
  readonly #remote: Remote<TasteWorker>
  readonly #ended: Promise<never>
  readonly #opened: Promise<void>
  #end: (cause: Error) => void = () => undefined

  /** Starts a worker over some checkpoints; a plan counts them in this order. */
  constructor(inputs: readonly TasteInput[]) {
    this.#worker = new Worker(scriptUrl(workerUrl), { type: 'module', name: 'taste' })
    this.#remote = wrap<TasteWorker>(this.#worker)
    this.#ended = new Promise((_, reject) => {
      this.#end = reject
    })
    this.#ended.catch(() => undefined)
    this.#worker.addEventListener('error', ({ message }) =>
      this.#end(new StudioError(`The taste panel’s worker stopped${message ? ` (${message})` : ''}: reload the page.`)),
    )
    const plain = inputs.map(({ name, files, tensors, config, sidecars }) => ({
      name,
      files,
      tensors,
      config,
      sidecars,
    }))
    this.#opened = this.#ask(this.#remote.open(plain))
    this.#opened.catch(() => undefined)
  }

  /** From now on the merged model is this one; what it was saying before ends with an AbortError. */
  async setMerge(merge: TasteMerge): Promise<void> {
    await this.#opened
    await this.#ask(this.#remote.setMerge(merge))
  }

  /**
   * @see Tasting.speak; DOMException AbortError where a later `setMerge` or `end` cut it short
   * @param onText told nothing any more once the whole text is there
   */
  async speak(who: Taster, request: SpeakRequest, onText: (text: string) => void): Promise<string> {
    await this.#opened
    // What is told comes on a port of its own, and may come after the answer.
    let over = false
    const told = proxy((text: string) => void (over || onText(text)))
    try {
      return await this.#ask(this.#remote.speak(who, request, told))
    } finally {
      over = true
    }
  }

  /** Ends what the merged model is saying, with an AbortError. */
  hush(): void {
    void this.#opened.then(() => this.#remote.hush()).catch(() => undefined)
  }

  /** @see Tasting.loss */
  async loss(who: Taster, texts: readonly string[]): Promise<TextLoss> {
    await this.#opened
    return this.#ask(this.#remote.loss(who, texts))
  }

  /** Gives the models' memory back. */
  end(): void {
    this.#end(new DOMException('The tasting is over.', 'AbortError'))
    this.#worker.terminate()
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await Promise.race([answer, this.#ended])
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'StudioError') throw new StudioError(cause.message, { cause })
      throw cause
    }
  }
}
