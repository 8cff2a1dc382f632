import { describe, expect, test } from 'vitest'
import { mergeInMemory, valuesOf } from '../../test/support/merge-in-memory.ts'
import { llama } from '../../test/support/model-in-memory.ts'

const FOLDERS = [llama('a', {}), llama('b', {})]
const SLERP =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.3}\ndtype: float32\n'
const LINEAR =
  'merge_method: linear\nmodels:\n  - {model: a, parameters: {weight: 0.7}}\n  - {model: b, parameters: {weight: 0.3}}\nparameters: {normalize: false}\ndtype: float32\n'

describe('a merge in the dialect of BlockMerge', () => {
  test('gives the bytes of a straight line, and the report says so', async () => {
    const line = await mergeInMemory(`# slerp-studio: dialect = blockmerge-gradient\n${SLERP}`, FOLDERS)
    const linear = await mergeInMemory(LINEAR, FOLDERS)
    const curved = await mergeInMemory(SLERP, FOLDERS)
    let bent = 0
    for (const { name } of line.plan.jobs) {
      const values = await valuesOf(line.checkpoint, name)
      expect(values, name).toEqual(await valuesOf(linear.checkpoint, name))
      if ((await valuesOf(curved.checkpoint, name)).some((value, i) => value !== values[i])) bent++
    }
    expect(bent).toBeGreaterThan(line.plan.jobs.length / 2)
    expect(new Set(line.report.tensors.flatMap(({ stages }) => stages.map(({ branch }) => branch)))).toEqual(
      new Set(['lerp']),
    )
  })
})
