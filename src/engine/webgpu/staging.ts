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
  readonly #waiting: ((buffer: GPUBuffer) => void)[] = []
  #made = 0

  constructor(workspace: Workspace, direction: 'upload' | 'readback') {
    this.#workspace = workspace
    this.#label = `${direction} staging`
    this.#usage =
      direction === 'upload'
        ? GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC
        : GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST
  }

  /** Lends a buffer to `use`; buffers are lent unmapped. */
  async #lend(use: (buffer: GPUBuffer) => Promise<void>): Promise<void> {
    const buffer = this.#free.pop() ?? (this.#made < STAGING_COUNT ? await this.#make() : await this.#next())
    try {
      await use(buffer)
    } finally {
      const next = this.#waiting.shift()
      if (next) next(buffer)
      else this.#free.push(buffer)
    }
  }

  async #make(): Promise<GPUBuffer> {
    this.#made++
    const { buffer, ready } = this.#workspace.buffer(this.#label, STAGING_BYTES, this.#usage)
    try {
      await ready
    } catch (cause) {
      this.#made--
      throw cause
    }
    return buffer
  }

  #next(): Promise<GPUBuffer> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Writes `byteLength` bytes of `target`: the pieces, in order of their offsets, and zeros between and after them. */
  async write(
    target: GPUBuffer,
    byteLength: number,
    pieces: readonly UploadPiece[],
    cancelled: () => boolean,
  ): Promise<void> {
    await Promise.all(
      windows(byteLength).map(({ start, size }) =>
        this.#lend((staging) =>
          this.#workspace.run(async () => {
            if (cancelled()) return
            await staging.mapAsync(GPUMapMode.WRITE, 0, size)
            if (cancelled()) return staging.unmap()
            fill(new Uint8Array(staging.getMappedRange(0, size)), start, pieces)
            staging.unmap()
            await this.#workspace.submit('upload', (encoder) =>
              encoder.copyBufferToBuffer(staging, 0, target, start, size),
            )
          }),
        ),
      ),
    )
  }

  /** @returns the first `byteLength` bytes of `source`, once the GPU has written them */
  async read(source: GPUBuffer, byteLength: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(byteLength)
    await Promise.all(
      windows(byteLength).map(({ start, size }) =>
        this.#lend((staging) =>
          this.#workspace.run(async () => {
            const padded = Math.ceil(size / 16) * 16
            await this.#workspace.submit('readback', (encoder) =>
              encoder.copyBufferToBuffer(source, start, staging, 0, padded),
            )
            await staging.mapAsync(GPUMapMode.READ, 0, padded)
            bytes.set(new Uint8Array(staging.getMappedRange(0, padded)).subarray(0, size), start)
            staging.unmap()
          }),
        ),
      ),
    )
    return bytes
  }
}

function windows(byteLength: number): { start: number; size: number }[] {
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
