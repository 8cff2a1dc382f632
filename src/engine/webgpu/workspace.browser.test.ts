import { expect, it } from 'vitest'
import { prepareBlend } from '../blend-program.ts'
import { elements } from '../testing/cases.ts'
import { arenaLength, loadArena, unloadArena } from './arena.ts'
import { blendTile } from './blend.ts'
import { requestDevice } from './device.ts'
import { Gpu } from './gpu.ts'
import { gramTile } from './gram.ts'

async function newGpu(): Promise<Gpu> {
  const found = await requestDevice()
  if (typeof found === 'string') throw new Error(found)
  return new Gpu(found.device)
}

it('keeps no buffer of a tile that is done, only the staging buffers that all tiles share', async () => {
  const gpu = await newGpu()
  const inputs = [{ dtype: 'F16', round: null }] as const
  const program = prepareBlend({ inputs, stages: [{ terms: [{ operand: 0, coefficient: 0.5 }], round: 'F32' }] })
  const left: number[] = []
  for (const elementCount of [1000, 40_001, 1000]) {
    const tile = { elementCount, inputs: [elements('F16', 'weights', elementCount, 1)] }
    const arena = loadArena(gpu.workspace, gpu.upload, tile, ['F16'])
    await gramTile(gpu, arena, { inputs, origin: null })
    await blendTile(gpu, arena, program)
    expect(gpu.workspace.byteLength).toBeGreaterThan(arenaLength(tile, ['F16']))
    await unloadArena(gpu.workspace, arena)
    left.push(gpu.workspace.byteLength % 2 ** 23)
  }
  expect(left).toEqual([0, 0, 0])
  expect(gpu.workspace.byteLength).toBeLessThanOrEqual(6 * 2 ** 23)
  gpu.workspace.destroy()
  expect(gpu.workspace.byteLength).toBe(0)
})

it('shows the line of a shader that does not compile', async () => {
  const gpu = await newGpu()
  await expect(gpu.pipelines.get('broken', ['fn main() {\n  let x = nothing;\n}\n'], {})).rejects.toThrow(
    /broken line 2: .*nothing[\s\S]*let x = nothing;/,
  )
  gpu.workspace.destroy()
})
