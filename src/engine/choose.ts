import { StudioError } from '../problem.ts'
import type { Engine } from './engine.ts'
import { type KernelSet, knownAnswerTest } from './known-answers.ts'
import { engineRate, prefersGpu, rateInWords } from './speed.ts'
import { createWasmEngine } from './wasm/wasm-engine.ts'
import { requestDevice } from './webgpu/device.ts'
import { createWebGpuEngine } from './webgpu/webgpu-engine.ts'

export type EngineChoice = 'automatic' | 'webgpu' | 'wasm'

export interface ChosenEngine {
  readonly engine: Engine
  /** One sentence: which engine, and why. */
  readonly reason: string
}

/**
 * The engine for a choice. Automatic is WebGPU on a hardware adapter that passes the known-answer test and is not much slower, else
 * WebAssembly; a forced WebGPU is never replaced.
 *
 * @param kernels what it will be used for: the test compiles every kernel that it tries, which takes longer than a small merge
 * @throws StudioError where the forced engine cannot be had
 */
export async function chooseEngine(choice: EngineChoice, kernels: KernelSet = 'all'): Promise<ChosenEngine> {
  if (choice === 'wasm') return { engine: await createWasmEngine(), reason: 'WebAssembly, as chosen.' }
  const forced = choice === 'webgpu'
  const found = await requestDevice()
  if (typeof found === 'string') {
    if (forced)
      throw new StudioError(
        `WebGPU was chosen, but ${found}: choose WebAssembly, or start a browser with WebGPU and a GPU.`,
      )
    return wasmBecause(found)
  }
  const { device, info, software } = found
  if (software !== null && !forced) {
    device.destroy()
    return wasmBecause(`the only WebGPU adapter is a program (${software}), which is slower`)
  }
  const engine = createWebGpuEngine(device, info)
  const wasm = await createWasmEngine()
  const failure = await testFailure(engine, wasm, kernels)
  if (failure === null) {
    if (!forced) return fasterOf(engine, wasm)
    wasm.destroy()
    return { engine, reason: `WebGPU on ${engine.device}, as chosen: it gives the same bits as WebAssembly.` }
  }
  if (forced && failure.usable) {
    wasm.destroy()
    const reason = `WebGPU on ${engine.device}, as chosen, although ${failure.sentence}: the result may differ from other engines' in a few last bits.`
    return { engine, reason }
  }
  engine.destroy()
  if (forced) {
    wasm.destroy()
    throw new StudioError(`WebGPU was chosen, but ${failure.sentence}: choose WebAssembly.`)
  }
  return { engine: wasm, reason: `WebAssembly, because ${failure.sentence}.` }
}

/** Both give the same bits: what computes faster, measured, is used, and the other ended. */
export async function fasterOf(gpu: Engine, wasm: Engine): Promise<ChosenEngine> {
  const [fast, slow] = [await engineRate(gpu), await engineRate(wasm)]
  const useGpu = prefersGpu(fast, slow)
  const unused = useGpu ? wasm : gpu
  unused.destroy()
  const rates = `${rateInWords(fast)} where WebAssembly does ${rateInWords(slow)}`
  return useGpu
    ? {
        engine: gpu,
        reason: `WebGPU on ${gpu.device}: it gives the same bits as WebAssembly, and computes at ${rates}.`,
      }
    : { engine: wasm, reason: `WebAssembly, because ${gpu.device} computes at ${rates}.` }
}

async function wasmBecause(why: string): Promise<ChosenEngine> {
  return { engine: await createWasmEngine(), reason: `WebAssembly, because ${why}.` }
}

async function testFailure(
  engine: Engine,
  wasm: Engine,
  kernels: KernelSet,
): Promise<{ usable: boolean; sentence: string } | null> {
  try {
    const kernel = await knownAnswerTest(engine, wasm, kernels)
    if (kernel === null) return null
    return { usable: true, sentence: `${engine.device} fails the known-answer test (${kernel})` }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    return { usable: false, sentence: `${engine.device} broke off the known-answer test (${message})` }
  }
}
