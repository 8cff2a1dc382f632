import type { BlendProgram, BlendStage, InputFormat } from '../engine/engine.ts'
import type { StageCoefficients } from '../plan/coefficients.ts'
import type { Job, Operand, RowSegment } from '../plan/plan.ts'
import { rowCoefficients, stageRows } from '../plan/row-coefficients.ts'
import { isFloatDType } from '../tensor/dtype.ts'

/** How each input of a job is stored, and what it is rounded to. */
export function inputFormats(job: Job): InputFormat[] {
  return job.inputs.map((input) => {
    const dtype = job.sources[input.source]?.tensor.dtype
    if (dtype === undefined || !isFloatDType(dtype)) throw new Error(`${job.name}: ${dtype} reached the engine`)
    return { dtype, round: input.round }
  })
}

/**
 * The program that blends a job's tiles. Stages that are not rounded are collapsed into those that use them: their coefficients are
 * multiplied out in float64, so that a chain of float32 stages costs one rounding, not several.
 *
 * @param output the stage whose result is wanted; the job's last by default
 * @param segment the rows that it is for, where not all of the job's rows are made in the same way
 */
export function blendProgram(
  job: Job,
  coefficients: readonly StageCoefficients[],
  output = job.stages.length - 1,
  segment: RowSegment | null = null,
): BlendProgram {
  const inputs = inputFormats(job)
  const stages: BlendStage[] = []
  /** For each stage of the job: its terms, or its place in the program where it is rounded. */
  const collapsed: ReadonlyMap<number, number>[] = []
  const factors = job.stages.slice(0, output + 1).map((stage, index): readonly number[] => {
    const own = coefficients[index]?.coefficients ?? []
    return segment === null ? own : rowCoefficients(stage, own, stageRows(job, index, segment))
  })
  const needed = neededStages(job, output, factors)
  for (const [index, stage] of job.stages.entries()) {
    if (index > output) break
    const terms = new Map<number, number>()
    if (needed.has(index)) {
      for (const [k, operand] of stage.operands.entries()) {
        const c = factors[index]?.[k]
        if (c === undefined) throw new Error(`${job.name}: stage ${index} has no coefficients`)
        if (c === 0) continue
        for (const [slot, inner] of termsOf(operand, collapsed)) terms.set(slot, (terms.get(slot) ?? 0) + c * inner)
      }
    }
    if (needed.has(index) && (stage.round !== 'F32' || index === output)) {
      stages.push({
        terms: [...terms].map(([operand, coefficient]) => ({ operand, coefficient })),
        round: stage.round,
      })
      collapsed.push(new Map([[inputs.length + stages.length - 1, 1]]))
    } else collapsed.push(terms)
  }
  return { inputs, stages }
}

function termsOf(operand: Operand, collapsed: readonly ReadonlyMap<number, number>[]): ReadonlyMap<number, number> {
  if ('input' in operand) return new Map([[operand.input, 1]])
  const terms = collapsed[operand.stage]
  if (terms === undefined) throw new Error('a stage comes before the one it uses')
  return terms
}

/** Stages that reach the output with a coefficient other than 0. */
function neededStages(job: Job, output: number, factors: readonly (readonly number[])[]): ReadonlySet<number> {
  const needed = new Set([output])
  for (let index = output; index >= 0; index--) {
    if (!needed.has(index)) continue
    for (const [k, operand] of (job.stages[index]?.operands ?? []).entries()) {
      if ('stage' in operand && factors[index]?.[k] !== 0) needed.add(operand.stage)
    }
  }
  return needed
}
