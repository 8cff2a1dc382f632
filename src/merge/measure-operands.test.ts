import { expect, test } from 'vitest'
import { planInMemory, valuesOf } from '../../test/support/merge-in-memory.ts'
import { llama } from '../../test/support/model-in-memory.ts'
import { createReferenceEngine } from '../engine/reference.ts'
import type { Job, StageRule } from '../plan/plan.ts'
import { measureOperands } from './measure-operands.ts'
import { OutputBuffers } from './output-buffers.ts'

const RECIPE =
  'merge_method: linear\nmodels:\n  - {model: a, parameters: {weight: 1}}\n  - {model: b, parameters: {weight: 1}}\n' +
  '  - {model: c, parameters: {weight: 1}}\ndtype: bfloat16\n'

test.each([true, false])(
  'the inner products of three operands are those of float64 (differences: %s)',
  async (based) => {
    const folders = ['a', 'b', 'c'].map((name) => llama(name, { hidden: 32 }))
    const { plan, opened } = await planInMemory(RECIPE, folders)
    const job = plan.jobs.find(({ name }) => name.includes('mlp.up_proj')) as Job
    const rule: StageRule = based ? { method: 'model_stock' } : { method: 'karcher', maxIterations: 1, tolerance: 0 }
    const altered = { ...job, stages: job.stages.map((stage) => ({ ...stage, rule })) }
    const measured = await measureOperands(
      altered,
      { stages: [], needs: 0 },
      {
        engine: createReferenceEngine(),
        files: opened.map(({ files }) => files),
        memoryBudget: 2 ** 20,
        signal: new AbortController().signal,
        onRead: () => undefined,
        buffers: new OutputBuffers(),
      },
    )
    const values = await Promise.all(opened.map((checkpoint) => valuesOf(checkpoint, job.name)))
    const vectors = values.map((vector, k) =>
      based && k > 0 ? vector.map((x, i) => Math.fround(x - (values[0]?.[i] ?? 0))) : vector,
    )
    const expected = vectors.flatMap((u) => vectors.map((v) => u.reduce((sum, x, i) => sum + x * (v[i] ?? 0), 0)))
    const scale = Math.max(...expected)
    for (const [i, value] of expected.entries()) expect(Math.abs((measured[i] ?? 0) - value)).toBeLessThan(1e-6 * scale)
  },
)
