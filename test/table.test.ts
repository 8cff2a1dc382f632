import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readCheckpoint } from '../e2e/checkpoint-on-disk.ts'
import { COMBINED_CASES, CONFORMANCE, recipeOf } from '../e2e/conformance-cases.ts'
import { bytesFromTable, type TableTensor } from '../e2e/table-arithmetic.ts'
import { createReferenceEngine } from '../src/engine/reference.ts'
import { stepsJson } from '../src/ui/steps/steps-text.ts'
import { stepsOf } from '../src/ui/steps/tensor-steps.ts'
import { inputReader } from './support/input-elements.ts'
import { mergeOnDisk } from './support/merge-on-disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'slerp-studio-'))
afterAll(() => rmSync(folder, { recursive: true }))

test.each(COMBINED_CASES)(
  'what the table says of %s after its merge is enough to make every byte of it',
  async (name) => {
    const output = join(folder, name)
    const { plan, report } = await mergeOnDisk(recipeOf(name), CONFORMANCE, output, createReferenceEngine())
    const reports = new Map(report.tensors.map((tensor) => [tensor.name, tensor]))
    const text = stepsJson(plan.jobs.map((job) => stepsOf(job, plan, null, reports.get(job.name) ?? null)))
    const { tensors } = JSON.parse(text) as { tensors: TableTensor[] }
    const merged = readCheckpoint(output).tensors
    expect(tensors.map((tensor) => tensor.name).toSorted()).toEqual([...merged.keys()].toSorted())
    const read = await inputReader(CONFORMANCE, tensors)
    const wrong = tensors.filter((tensor) => {
      const bytes = merged.get(tensor.name)?.bytes ?? new Uint8Array(0)
      return Buffer.compare(Buffer.from(bytesFromTable(tensor, read)), Buffer.from(bytes)) !== 0
    })
    expect(wrong.map((tensor) => tensor.name)).toEqual([])
  },
)

test('of a stage that is made element by element the table says so, and no coefficients', async () => {
  const { plan, report } = await mergeOnDisk(
    recipeOf('ties'),
    CONFORMANCE,
    join(folder, 'ties'),
    createReferenceEngine(),
  )
  const reports = new Map(report.tensors.map((tensor) => [tensor.name, tensor]))
  for (const job of plan.jobs) {
    const step = stepsOf(job, plan, null, reports.get(job.name) ?? null).steps.find(({ method }) => method === 'ties')
    expect(step?.branch).toBe('elementwise')
    expect(step?.coefficients.filter((c) => c !== null)).toEqual([])
  }
})
