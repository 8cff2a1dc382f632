import { expect, test } from 'vitest'
import { GRAM_BLOCK } from '../src/engine/index.ts'
import { createReferenceEngine } from '../src/engine/reference.ts'
import { elementTileSize } from '../src/merge/elementwise/element-tiles.ts'
import { planInMemory } from './support/merge-in-memory.ts'
import { modelFolder } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const TIES = `merge_method: ties
base_model: a
models:
  - model: b
    parameters: { weight: 0.5, density: 0.4 }
  - model: c
    parameters: { weight: 0.5, density: 0.4 }
dtype: bfloat16
`

/** Elements of a tile, of a tensor with rows of this length, where few fit into memory. */
async function tileOf(rows: number, columns: number, wholeRows: boolean): Promise<number> {
  const zeros = { name: 'p', dtype: 'BF16', shape: [rows, columns], values: new Float64Array(rows * columns) } as const
  const models = ['a', 'b', 'c'].map((name) => modelFolder(name, [zeros]))
  const { plan } = await planInMemory(TIES, models, { ...SETTINGS, memoryBudget: 4 * 2 ** 20 })
  const [job] = plan.jobs
  if (job === undefined) throw new Error('one tensor')
  return elementTileSize(job, createReferenceEngine(), plan.memoryBudget, () => ['BF16', 'BF16', 'BF16'], wholeRows)
}

test('tiles of a tensor read by rows are whole rows and whole blocks, so that each pass reads the same ranges', async () => {
  const [rows, columns] = [4096, 160]
  const cut = await tileOf(rows, columns, false)
  expect(cut, 'there are several').toBeLessThan(rows * columns)
  expect(cut % columns, 'for want of rows they are cut').not.toBe(0)
  const whole = await tileOf(rows, columns, true)
  expect([whole % columns, whole % GRAM_BLOCK, whole > 0, whole <= cut]).toEqual([0, 0, true, true])
})

test('rows that come to whole blocks only in more elements than fit are cut', async () => {
  expect(await tileOf(4096, 161, true)).toBe(await tileOf(4096, 161, false))
})
