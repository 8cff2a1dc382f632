import { outputBytes } from '../output-bytes.ts'
import type { Workspace } from './workspace.ts'

/** Bytes of one staging buffer: transfers are fastest with buffers of 4 to 16 MiB that are used again and again. */
const STAGING_BYTES = 8 * 2 ** 20
const STAGING_COUNT = 3

/** A range of bytes to be written to a GPU buffer. */
export interface UploadPiece {
  /** Multiple of 16. */
  readonly offset: number
  readonly bytes: Uint8Array
}

/** A few mapped buffers that carry bytes to the GPU and back; whoever wants one waits for its turn. */
export class Staging {
  readonly #workspace: Workspace
  readonly #usage: GPUBufferUsageFlags
  readonly #label: string
  readonly #free: GPUBuffer[] = []
  readonly #waiting: (() => void)[] = []
  #made = 0

  constructor(workspace: Workspace, direction: 'upload' | 'readback') {
    this.#workspace = workspace
    this.#label = `${direction} staging`
    this.#usage =
      direction === 'upload'
        ? GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC
        : GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
  }

  /** Lends a buffer to `use`; buffers come and go unmapped. */
  async #lend(use: (buffer: GPUBuffer) => Promise<void>): Promise<void> {
    const buffer = await this.#take()
    try {
      await this.#workspace.run(() => use(buffer))
    } finally {
      buffer.unmap()
      this.#free.push(buffer)
      this.#waiting.shift()?.()
    }
  }

  async #take(): Promise<GPUBuffer> {
    for (;;) {
      const buffer = this.#free.pop() ?? (this.#made < STAGING_COUNT ? await this.#make() : undefined)
      if (buffer) return buffer
      await new Promise<void>((wake) => this.#waiting.push(wake))
    }
  }

  async #make(): Promise<GPUBuffer> {
    this.#made++
    const { buffer, ready } = this.#workspace.buffer(this.#label, STAGING_BYTES, this.#usage)
    try {
      await ready
      return buffer
    } catch (cause) {
      this.#made--
      this.#workspace.free(buffer)
      this.#waiting.shift()?.() // to try in its turn, and fail if it must
      throw cause
    }
  }

  /** Writes `byteLength` bytes of `target`: the pieces, in order of their offsets, and zeros between and after them. */
  async write(
    target: GPUBuffer,
    byteLength: number,
    pieces: readonly UploadPiece[],
    cancelled: () => boolean,
  ): Promise<void> {
    const writeWindow = ({ start, size }: Window) =>
      this.#lend(async (staging) => {
        if (cancelled()) return
        await staging.mapAsync(GPUMapMode.WRITE, 0, size)
        if (cancelled()) return
        fill(new Uint8Array(staging.getMappedRange(0, size)), start, pieces)
        staging.unmap()
        await this.#workspace.submit('upload', (encoder) => encoder.copyBufferToBuffer(staging, 0, target, start, size))
      })
    await Promise.all(windows(byteLength).map(writeWindow))
  }

  /** @returns the first `byteLength` bytes of `source`, once the GPU has written them; in `into` where that is large enough */
  async read(source: GPUBuffer, byteLength: number, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = outputBytes(byteLength, into)
    const readWindow = ({ start, size }: Window) =>
      this.#lend(async (staging) => {
        const padded = Math.ceil(size / 16) * 16
        await this.#workspace.submit('readback', (encoder) =>
          encoder.copyBufferToBuffer(source, start, staging, 0, padded),
        )
        await staging.mapAsync(GPUMapMode.READ, 0, padded)
        bytes.set(new Uint8Array(staging.getMappedRange(0, padded)).subarray(0, size), start)
      })
    await Promise.all(windows(byteLength).map(readWindow))
    return bytes
  }
}

interface Window {
  readonly start: number
  readonly size: number
}

function windows(byteLength: number): Window[] {
  return Array.from({ length: Math.ceil(byteLength / STAGING_BYTES) }, (_, i) => {
    const start = i * STAGING_BYTES
    return { start, size: Math.min(STAGING_BYTES, byteLength - start) }
  })
}

/** Fills the window that begins at byte `start` of the target. */
function fill(window: Uint8Array, start: number, pieces: readonly UploadPiece[]): void {
  let filled = 0
  for (const { offset, bytes } of pieces) {
    const from = Math.max(offset, start + filled)
    const to = Math.min(offset + bytes.length, start + window.length)
    if (from >= to) continue
    window.fill(0, filled, from - start)
    window.set(bytes.subarray(from - offset, to - offset), from - start)
    filled = to - start
  }
  window.fill(0, filled)
}
