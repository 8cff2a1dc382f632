/** An adapter and its device, with the limits that big tensors need. */
export interface FoundDevice {
  readonly device: GPUDevice
  readonly info: GPUAdapterInfo
  /** Set where the adapter is a program: the name of it. */
  readonly software: string | null
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|software/i

/** @returns a device, or a sentence that says what is missing */
export async function requestDevice(): Promise<FoundDevice | string> {
  if (!('gpu' in navigator)) return 'this browser has no WebGPU'
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return 'the browser offers no GPU'
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits
  const { info } = adapter
  try {
    const device = await adapter.requestDevice({
      label: 'merge',
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    })
    return { device, info, software: softwareName(info) }
  } catch (cause) {
    return `the GPU could not be opened (${cause instanceof Error ? cause.message : String(cause)})`
  }
}

function softwareName(info: GPUAdapterInfo): string | null {
  const words = [info.description, info.vendor, info.architecture, info.device].filter((word) => word !== '')
  if (!info.isFallbackAdapter && !words.some((word) => SOFTWARE.test(word))) return null
  return words.find((word) => SOFTWARE.test(word)) ?? words[0] ?? 'a software adapter'
}
