import { MAX_OPERANDS } from '../plan/plan.ts'
import { StudioError } from '../problem.ts'
import type { FloatDType } from '../tensor/dtype.ts'
import { exponentOf, roundSignificand } from '../tensor/rounding.ts'
import { effectiveDType } from './elements.ts'
import type { BlendProgram, BlendStage, InputFormat } from './engine.ts'

const MAX_COEFFICIENT = 2 ** 40
/** Parts of coefficients below this, beside a largest one of 1/2 to 1, are left out. */
const SMALLEST_PART = 2 ** -40
/** Coefficients are never scaled up by more than this; a stage that needs more gives zeros but for the largest values. */
const SMALLEST_EXPONENT = -120

/** Significant bits of one part of a coefficient: with an operand of this dtype, products stay within F32's 24. */
const PART_BITS: Readonly<Record<FloatDType, number>> = { BF16: 16, F16: 13, F32: 24 }

/** A term whose coefficient is `(high + low) * 2^exponent`; a zero `high` has the coefficient's sign. */
export interface PreparedTerm {
  readonly operand: number
  readonly high: number
  readonly low: number
}

export interface PreparedStage {
  readonly terms: readonly PreparedTerm[]
  /** Power of two that the parts of this stage's coefficients were divided by. */
  readonly exponent: number
  readonly round: FloatDType
  /** One term with coefficient 1: the operand itself, rounded; keeps the sign of zero. */
  readonly copy: boolean
}

/** What all engines run: the same numbers for all of them, see reference.ts. */
export interface PreparedBlend {
  readonly inputs: readonly InputFormat[]
  readonly stages: readonly PreparedStage[]
  /** Dtype of the last stage. */
  readonly output: FloatDType
}

/**
 * Splits the coefficients of a program as the specification in reference.ts says.
 * @throws StudioError for a coefficient that is not finite or too large, and for too many operands
 */
export function prepareBlend(program: BlendProgram): PreparedBlend {
  const { inputs, stages } = program
  const last = stages.at(-1)
  if (!last) throw new Error('a blend program has at least one stage')
  if (inputs.length + stages.length > MAX_OPERANDS)
    throw new StudioError(
      `A blend takes at most ${MAX_OPERANDS} inputs and stages together, and this one has ${inputs.length + stages.length}: merge in several steps.`,
    )
  const dtypes = [...inputs.map(effectiveDType), ...stages.map((stage) => stage.round)]
  return {
    inputs,
    stages: stages.map((stage, s) => prepareStage(stage, inputs.length + s, dtypes)),
    output: last.round,
  }
}

function prepareStage(stage: BlendStage, operands: number, dtypes: readonly FloatDType[]): PreparedStage {
  for (const { operand, coefficient } of stage.terms) {
    if (!Number.isInteger(operand) || operand < 0 || operand >= operands)
      throw new Error(`operand ${operand} of a blend stage that can use ${operands}`)
    if (!(Math.abs(coefficient) < MAX_COEFFICIENT))
      throw new StudioError(
        `A blend coefficient is ${coefficient}, and only finite numbers below 2^40 are possible: check the weights of the recipe.`,
      )
  }
  const terms = stage.terms.filter((term) => term.coefficient !== 0)
  const largest = terms.reduce((max, term) => Math.max(max, Math.abs(term.coefficient)), 0)
  const exponent = largest === 0 ? 0 : Math.max(exponentOf(largest) + 1, SMALLEST_EXPONENT)
  return {
    exponent,
    round: stage.round,
    copy: terms.length === 1 && terms[0]?.coefficient === 1,
    terms: terms.map(({ operand, coefficient }) => {
      const bits = PART_BITS[dtypes[operand] ?? 'F32']
      const scaled = coefficient * 2 ** -exponent
      const high = keep(roundSignificand(scaled, bits))
      return { operand, high, low: keep(roundSignificand(scaled - high, bits)) }
    }),
  }
}

function keep(part: number): number {
  return Math.abs(part) < SMALLEST_PART ? part * 0 : part
}
