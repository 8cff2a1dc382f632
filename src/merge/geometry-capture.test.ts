import { describe, expect, it } from 'vitest'
import { fromBits, roundTo } from '../../test/support/float64.ts'
import { memorySink } from '../../test/support/merge-in-memory.ts'
import { exactGrams, inputValues, openCase } from '../../test/support/weigh.ts'
import { createReferenceEngine } from '../engine/reference.ts'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { openCheckpoint } from '../formats/open-checkpoint.ts'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import { anchored, type JobGrams, type SegmentGram, type StageGeometry, tensorGeometry } from '../geometry/index.ts'
import { computeCoefficients } from '../plan/coefficients.ts'
import type { Job } from '../plan/plan.ts'
import { isFloatDType } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'
import { measureGrams } from './geometry-exact.ts'
import { mergePlan } from './merge-plan.ts'
import { blendProgram } from './program.ts'
import type { StageReport } from './report.ts'

async function mergeCase(name: string) {
  const { plan, opened } = await openCase(name)
  const sink = memorySink()
  const captured = new Map<number, JobGrams>()
  const report = await mergePlan({
    plan,
    inputs: opened,
    sink,
    engine: createReferenceEngine(),
    engineReason: 'the test chose it',
    verify: false,
    onProgress: () => undefined,
    onGrams: (job, grams) => captured.set(job, grams),
    signal: new AbortController().signal,
  })
  const files = new Map([...sink.files].map(([file, bytes]) => [file, new Blob([bytes])]))
  return { plan, opened, report, captured, merged: await openCheckpoint({ name: 'merged', files }) }
}

const CASES = [
  'lzlv',
  'slerp-ends',
  'vocab-mismatch',
  'mixed-no-dtype',
  'mixed-out-dtype',
  'bin-inputs',
  'edge-tensors',
  'frankenmerge',
  'linear',
] as const

/** Relative distance of neighbouring values, at most; F32 is blended in F32. */
const ULP = { BF16: 2 ** -7, F16: 2 ** -10, F32: 2 ** -21 } as const

describe.each(CASES)('the golden merge %s', (name) => {
  it('hands out the Gram matrices it used, and its bytes follow from the table of coefficients', async () => {
    const { plan, opened, report, captured, merged } = await mergeCase(name)
    for (const [index, job] of plan.jobs.entries()) {
      expect(captured.has(index)).toBe(job.kind === 'resident' || job.kind === 'streamed')
      if (job.kind === 'copy') continue
      const grams = captured.get(index) ?? (await exactGrams(job, opened))
      if (captured.has(index)) await compareWithWeights(job, grams, await exactGrams(job, opened))
      const table = tableOf(job, grams, report.tensors[index]?.stages ?? [])
      const tensor = merged.tensors.get(job.name)
      if (tensor === undefined || !isFloatDType(tensor.dtype)) throw new Error(`${job.name} was merged`)
      const bytes = await readTensorBytes(merged.files, tensor, 0, elementCount(tensor.shape))
      const inputs = await inputValues(job, opened)
      expect(await blendFrom(job, table, opened), job.name).toEqual(bytes)
      // Written out in float64, sharing nothing with the kernels: what falls between two values may go to either.
      const [plain, found] = [computeFrom(table, inputs), fromBits(bytes, tensor.dtype)]
      const ulp = ULP[tensor.dtype]
      const far = (x: number, i: number) => {
        const largest = inputs.reduce((most, values) => Math.max(most, Math.abs(values[i] ?? 0)), Math.abs(x))
        return Math.abs(x - (plain[i] ?? 0)) > ulp * largest + 2 ** -24
      }
      expect(found.filter(far).length, job.name).toBe(0)
    }
  }, 60_000)
})

it('measures on demand what the merge has, bit for bit', async () => {
  const { plan, opened, captured } = await mergeCase('lzlv')
  const files = opened.map((checkpoint) => checkpoint.files)
  for (const index of [0, 1, plan.jobs.length - 1]) {
    const job = plan.jobs[index] as Job
    const { grams: measured } = await measureGrams(job, files, createReferenceEngine(), new AbortController().signal)
    expect(measured.map(({ gram }) => gram)).toEqual(captured.get(index)?.map(({ gram }) => gram))
    const exact = await exactGrams(job, opened)
    for (const [k, { differences }] of measured.entries()) {
      const expected = anchored(exact[k] as SegmentGram, 3)
      for (const [place, value] of (differences ?? new Float64Array(9).fill(Number.NaN)).entries())
        expect(Math.abs(value - (expected[place] as number))).toBeLessThan(1e-7 * (expected[0] as number))
    }
  }
})

/**
 * The table of a tensor once it is merged: as shown before, but where the merge measured rounded results again (near the threshold, in
 * subnormal numbers) its own last bits of the coefficients count.
 */
function tableOf(job: Job, grams: JobGrams, reported: readonly StageReport[]): readonly StageGeometry[] {
  const { stages } = tensorGeometry(job, grams)
  const matrices = grams.map(({ gram }) => gram)
  const measured = computeCoefficients(job, matrices).needs !== null
  let next = 0
  return stages.map((stage) => {
    const merged = stage.label === null ? undefined : reported[next++]
    if (merged === undefined) return stage
    expect(stage.branch).toBe(merged.branch)
    if (!measured) expect(stage.coefficients).toEqual(merged.coefficients)
    for (const [k, c] of merged.coefficients.entries()) expect(stage.coefficients[k] ?? Number.NaN).toBeCloseTo(c, 4)
    return { ...stage, coefficients: merged.coefficients }
  })
}

async function blendFrom(
  job: Job,
  table: readonly StageGeometry[],
  opened: readonly Checkpoint[],
): Promise<Uint8Array> {
  const engine = createReferenceEngine()
  const coefficients = table.map((stage) => ({
    branch: 'linear' as const,
    cos: null,
    coefficients: stage.coefficients.map((c) => c ?? Number.NaN),
  }))
  const program = blendProgram(job, coefficients)
  const elements = elementCount(job.shape)
  const inputs = await Promise.all(
    job.inputs.map(({ source }) => {
      const { checkpoint, tensor } = job.sources[source] as Job['sources'][number]
      return readTensorBytes(opened[checkpoint]?.files ?? [], tensor, 0, elements)
    }),
  )
  const loaded = engine.load(
    { elementCount: elements, inputs },
    program.inputs.map(({ dtype }) => dtype),
  )
  return engine.blend(loaded, program)
}

async function compareWithWeights(job: Job, captured: JobGrams, exact: JobGrams): Promise<void> {
  for (const [index, { gram, sums, elements }] of captured.entries()) {
    const expected = exact[index]
    const n = job.inputs.length
    expect(elements).toBe(expected?.elements)
    for (const [place, value] of gram.entries()) {
      const [i, j] = [Math.floor(place / n), place % n]
      const scale = Math.sqrt((expected?.gram[i * n + i] ?? 0) * (expected?.gram[j * n + j] ?? 0))
      expect(Math.abs(value - (expected?.gram[place] ?? Number.NaN))).toBeLessThanOrEqual(1e-7 * scale)
    }
    for (const [i, value] of sums.entries()) {
      const scale = Math.sqrt((expected?.gram[i * n + i] ?? 0) * elements)
      expect(Math.abs(value - (expected?.sums[i] ?? Number.NaN))).toBeLessThanOrEqual(1e-6 * scale)
    }
  }
}

/** Each stage's coefficients and rounding, over the inputs. */
function computeFrom(stages: readonly StageGeometry[], inputs: readonly Float64Array[]): Float64Array {
  const results: Float64Array[] = []
  for (const { operands, coefficients, round } of stages) {
    const vectors = operands.map((o) => ('input' in o ? inputs[o.input] : results[o.stage]) as Float64Array)
    const last = results.length === stages.length - 1
    results.push(
      Float64Array.from(vectors[0] as Float64Array, (_, i) => {
        const sum = vectors.reduce((total, vector, k) => total + (coefficients[k] ?? 0) * (vector[i] as number), 0)
        // F32 between stages is not rounded: such stages are collapsed.
        return round === 'F32' && !last ? sum : roundTo(sum, round)
      }),
    )
  }
  return results.at(-1) as Float64Array
}
