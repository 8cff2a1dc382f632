import { existsSync } from 'node:fs'
import { create, globals } from 'webgpu'

/** Where Debian's Chromium keeps SwiftShader, Vulkan on the processor. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json'

/** Dawn ends with the object that it hands out, whatever still uses it. */
let kept: GPU | null = null

export interface Dawn {
  readonly device: GPUDevice
  readonly info: GPUAdapterInfo
  /** Nanoseconds that the compute passes since the last call took on the device; null where it cannot tell. */
  kernelTime(): Promise<number | null>
}

/**
 * Opens the first Vulkan device there is.
 * @throws Error saying what to install where there is none
 */
export async function openDawn(): Promise<Dawn> {
  Object.assign(globalThis, globals)
  kept ??= create([])
  const adapter = await kept.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) {
    const hint = existsSync(SWIFTSHADER)
      ? `LD_LIBRARY_PATH=/usr/lib/chromium VK_ICD_FILENAMES=${SWIFTSHADER} npm run bench:gpu`
      : 'a Vulkan driver, and its loader libvulkan.so.1'
    throw new Error(`Dawn found no Vulkan device here. To run on one: ${hint}`)
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
  const hasClock = adapter.features.has('timestamp-query')
  const device = await adapter.requestDevice({
    requiredFeatures: hasClock ? ['timestamp-query'] : [],
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  })
  const clock = hasClock ? new KernelClock(device) : null
  return { device, info: adapter.info, kernelTime: async () => (await clock?.read()) ?? null }
}

/** Times every compute pass of a device by its own clock, whoever records it. */
class KernelClock {
  static readonly #most = 512
  readonly #device: GPUDevice
  readonly #queries: GPUQuerySet
  #passes = 0

  constructor(device: GPUDevice) {
    this.#device = device
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 * KernelClock.#most })
    const createEncoder = device.createCommandEncoder.bind(device)
    device.createCommandEncoder = (descriptor) => {
      const encoder = createEncoder(descriptor)
      const begin = encoder.beginComputePass.bind(encoder)
      encoder.beginComputePass = (pass) => begin({ ...pass, timestampWrites: this.#next() })
      return encoder
    }
  }

  #next(): GPUComputePassTimestampWrites {
    const pass = this.#passes++ % KernelClock.#most
    return { querySet: this.#queries, beginningOfPassWriteIndex: 2 * pass, endOfPassWriteIndex: 2 * pass + 1 }
  }

  async read(): Promise<number> {
    const count = 2 * Math.min(this.#passes, KernelClock.#most)
    this.#passes = 0
    if (count === 0) return 0
    const bytes = 8 * count
    const resolved = this.#device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    })
    const mapped = this.#device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
    const encoder = this.#device.createCommandEncoder()
    encoder.resolveQuerySet(this.#queries, 0, count, resolved, 0)
    encoder.copyBufferToBuffer(resolved, 0, mapped, 0, bytes)
    this.#device.queue.submit([encoder.finish()])
    await mapped.mapAsync(GPUMapMode.READ)
    const times = new BigUint64Array(mapped.getMappedRange().slice(0))
    mapped.destroy()
    resolved.destroy()
    let total = 0
    for (let pass = 0; pass < count; pass += 2) total += Number((times[pass + 1] ?? 0n) - (times[pass] ?? 0n))
    return total
  }
}
