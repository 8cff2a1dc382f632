import { StudioError } from '../../problem.ts'

/** How long to wait for the news that the device is lost, after an operation failed the way it does on a lost device. */
const LOSS_NEWS_MS = 2000

/** True of the failure to make a buffer for which the GPU has no room. */
export function lacksRoom(failure: unknown): boolean {
  return failure instanceof StudioError && failure.cause instanceof GPUOutOfMemoryError
}

/**
 * The one owner of GPU memory: every buffer of an engine is made, counted and freed here, and nowhere else. It also knows
 * whether the device is lost, and turns what then fails into one sentence.
 */
export class Workspace {
  readonly device: GPUDevice
  readonly #buffers = new Set<GPUBuffer>()
  #lost: StudioError | null = null

  constructor(device: GPUDevice) {
    this.device = device
    void device.lost.then((info) => {
      this.#lost ??= new StudioError(
        `The GPU was lost (${info.message || info.reason}): the merge can go on in WebAssembly, or on the GPU after a reload.`,
      )
    })
  }

  get isLost(): boolean {
    return this.#lost !== null
  }

  /** Bytes of all buffers that are not freed. */
  get byteLength(): number {
    return [...this.#buffers].reduce((total, buffer) => total + buffer.size, 0)
  }

  /** @returns the buffer at once, and a promise that rejects with a StudioError when the GPU has no room for it */
  buffer(label: string, byteLength: number, usage: GPUBufferUsageFlags): { buffer: GPUBuffer; ready: Promise<void> } {
    this.device.pushErrorScope('validation')
    this.device.pushErrorScope('out-of-memory')
    const buffer = this.device.createBuffer({ label, size: Math.max(16, Math.ceil(byteLength / 16) * 16), usage })
    const [memory, validation] = [this.device.popErrorScope(), this.device.popErrorScope()]
    this.#buffers.add(buffer)
    const ready = this.run(async () => {
      const cause = await memory
      if (cause)
        throw new StudioError(
          `The GPU has no room for ${Math.ceil(byteLength / 2 ** 20)} MiB (${label}): close other programs that use it, or choose WebAssembly.`,
          { cause },
        )
      const error = await validation
      if (error) throw new Error(`${label}: ${error.message}`)
    })
    ready.catch(() => {}) // whoever uses the buffer awaits it too
    return { buffer, ready }
  }

  free(...buffers: readonly GPUBuffer[]): void {
    for (const buffer of buffers) if (this.#buffers.delete(buffer)) buffer.destroy()
  }

  /** Submits what `record` records; validation errors and the like reject the promise. */
  async submit(label: string, record: (encoder: GPUCommandEncoder) => void): Promise<void> {
    await this.run(async () => {
      this.device.pushErrorScope('internal')
      this.device.pushErrorScope('out-of-memory')
      this.device.pushErrorScope('validation')
      const encoder = this.device.createCommandEncoder({ label })
      record(encoder)
      this.device.queue.submit([encoder.finish()])
      const errors = await Promise.all([1, 2, 3].map(() => this.device.popErrorScope()))
      const error = errors.find((e) => e !== null)
      if (error) throw new Error(`${label}: ${error.message}`)
    })
  }

  /** Runs a step on the device. @throws StudioError "The GPU was lost …" for what fails because of that */
  async run<T>(step: () => Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost
    try {
      const result = await step()
      // A lost device pretends that all is well; its results are not to be used.
      if (this.#lost) throw this.#lost
      return result
    } catch (cause) {
      if (cause instanceof DOMException) {
        // The rejected promise may come before the news of the loss.
        await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, LOSS_NEWS_MS))])
      }
      throw this.#lost ?? cause
    }
  }

  destroy(): void {
    this.#lost ??= new StudioError('The GPU was given back: open the page again to use it.')
    this.free(...this.#buffers)
    this.device.destroy()
  }
}
