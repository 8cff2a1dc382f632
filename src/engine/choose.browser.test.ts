import { afterEach, expect, it, vi } from 'vitest'
import { chooseEngine, fasterOf } from './choose.ts'
import { knownAnswerTest } from './known-answers.ts'
import { createWasmEngine } from './wasm/wasm-engine.ts'

afterEach(() => vi.restoreAllMocks())

it('prefers WebAssembly to an adapter that is a program, and says so', async () => {
  const { engine, reason } = await chooseEngine('automatic')
  expect(engine.kind).toBe('wasm')
  expect(reason).toMatch(/^WebAssembly, because the only WebGPU adapter is a program \(.+\)/)
  engine.destroy()
})

it('uses the adapter there is when WebGPU is forced', async () => {
  const { engine, reason } = await chooseEngine('webgpu')
  expect(engine.kind).toBe('webgpu')
  expect(reason).toMatch(/same bits as WebAssembly/)
  engine.destroy()
})

it('uses WebAssembly when it is forced', async () => {
  expect((await chooseEngine('wasm')).reason).toBe('WebAssembly, as chosen.')
})

it('never replaces a forced WebGPU that is not there, and falls back from an automatic one', async () => {
  vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null)
  await expect(chooseEngine('webgpu')).rejects.toThrow(/WebGPU was chosen, but the browser offers no GPU/)
  expect((await chooseEngine('automatic')).reason).toBe('WebAssembly, because the browser offers no GPU.')
})

it('runs the known-answer test on any device: one whose sums differ in the last bit is named', async () => {
  const wasm = await createWasmEngine()
  const off = {
    ...wasm,
    gram: async (...request: Parameters<typeof wasm.gram>) => {
      const part = await wasm.gram(...request)
      return { ...part, gram: part.gram.map((value, i) => (i === 1 ? value * (1 + 2 ** -52) : value)) }
    },
  }
  expect(await knownAnswerTest(wasm, wasm)).toBeNull()
  expect(await knownAnswerTest(off, wasm)).toBe('gram of BF16')
  const offBlend = {
    ...wasm,
    blend: async (...request: Parameters<typeof wasm.blend>) => {
      const bytes = await wasm.blend(...request)
      bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1
      return bytes
    },
  }
  expect(await knownAnswerTest(offBlend, wasm)).toBe('blend to BF16')
  const offRank = {
    ...wasm,
    rank: async (...request: Parameters<typeof wasm.rank>) =>
      (await wasm.rank(...request)).map((byte, i) => byte ^ +!i),
  }
  expect(await knownAnswerTest(offRank, wasm)).toBe('rank of BF16')
})

it('tries only what the engine will be used for: a merge of combinations of whole tensors needs no ranks', async () => {
  const wasm = await createWasmEngine()
  const calls: string[] = []
  const watched = new Proxy(wasm, {
    get(engine, name) {
      calls.push(String(name))
      return Reflect.get(engine, name)
    },
  })
  const kernels = () => [...new Set(calls.splice(0))].filter((name) => !['load', 'unload'].includes(name)).sort()
  expect(await knownAnswerTest(watched, wasm, 'combining')).toBeNull()
  expect(kernels()).toEqual(['blend', 'gram'])
  expect(await knownAnswerTest(watched, wasm, 'all')).toBeNull()
  expect(kernels()).toEqual(['blend', 'count', 'gram', 'map', 'products', 'rank', 'sum'])
  const offBlend: typeof wasm = { ...wasm, blend: async (...request) => (await wasm.blend(...request)).fill(0) }
  expect(await knownAnswerTest(offBlend, wasm, 'combining')).toBe('blend to BF16')
})

it('of two engines that give the same bits, takes the faster one and says both rates', async () => {
  const slowed = async (kind: 'webgpu' | 'wasm', milliseconds: number) => {
    const engine = await createWasmEngine()
    const ended = vi.fn()
    const blend: typeof engine.blend = async (...request) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      return engine.blend(...request)
    }
    return { ...engine, kind, device: kind === 'webgpu' ? 'a card' : engine.device, blend, destroy: ended }
  }
  const [fast, slow] = [await slowed('webgpu', 0), await slowed('wasm', 400)]
  const chosen = await fasterOf(fast, slow)
  expect(chosen.engine).toBe(fast)
  expect(chosen.reason).toMatch(
    /^WebGPU on a card: it gives the same bits .* computes at .+ GB\/s where WebAssembly does .+ GB\/s\.$/,
  )
  expect(slow.destroy).toHaveBeenCalled()
  const [late, early] = [await slowed('webgpu', 400), await slowed('wasm', 0)]
  const other = await fasterOf(late, early)
  expect(other.engine).toBe(early)
  expect(other.reason).toMatch(/^WebAssembly, because a card computes at .+ where WebAssembly does .+\.$/)
  expect(late.destroy).toHaveBeenCalled()
})
