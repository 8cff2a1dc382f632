import { expect, it } from 'vitest'
import { StudioError } from '../../problem.ts'
import { GRAM_BLOCK } from '../engine.ts'
import { elements } from '../testing/cases.ts'
import { requestDevice } from './device.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

const elementCount = 2 * GRAM_BLOCK + 5
const inputs = [
  { dtype: 'BF16', round: null },
  { dtype: 'BF16', round: null },
] as const
const dtypes = inputs.map((input) => input.dtype)
const tile = { elementCount, inputs: inputs.map((_, i) => elements('BF16', 'weights', elementCount, i)) }
const program = { inputs, stages: [{ terms: [{ operand: 0, coefficient: 0.3 }], round: 'BF16' }] } as const

/** An engine whose device is destroyed right before its submit number `k` (from 1). */
async function engineLostAt(k: number) {
  const found = await requestDevice()
  if (typeof found === 'string') throw new Error(found)
  const { device, info } = found
  const submit = device.queue.submit.bind(device.queue)
  let submits = 0
  device.queue.submit = (buffers) => {
    if (++submits === k) device.destroy()
    return submit(buffers)
  }
  return { engine: createWebGpuEngine(device, info), device, submits: () => submits }
}

async function mergeTile(engine: ReturnType<typeof createWebGpuEngine>): Promise<void> {
  const loaded = engine.load(tile, dtypes)
  try {
    await engine.gram(loaded, { inputs, origin: null })
    await engine.blend(loaded, program)
  } finally {
    engine.unload(loaded)
  }
}

it('says in words that the GPU was lost, at whichever submit it happens, and ever after', async () => {
  const whole = await engineLostAt(Number.POSITIVE_INFINITY)
  await mergeTile(whole.engine)
  const submits = whole.submits()
  expect(submits).toBeGreaterThan(4)
  whole.engine.destroy()
  for (let k = 1; k <= submits; k++) {
    const { engine } = await engineLostAt(k)
    const failure = await mergeTile(engine).catch((cause: unknown) => cause)
    expect(failure).toBeInstanceOf(StudioError)
    expect(String(failure)).toMatch(/The GPU was lost/)
    await expect(mergeTile(engine)).rejects.toThrow(/The GPU was lost/)
  }
})

it('lets a tile be unloaded while it is still on its way', async () => {
  const { engine } = await engineLostAt(Number.POSITIVE_INFINITY)
  engine.unload(engine.load(tile, dtypes))
  await mergeTile(engine)
  engine.destroy()
})

it('refuses a tile whose bytes are not those of its elements', async () => {
  const { engine } = await engineLostAt(Number.POSITIVE_INFINITY)
  expect(() => engine.load({ ...tile, elementCount: elementCount + 1 }, dtypes)).toThrow(/bytes, not/)
  engine.destroy()
})
