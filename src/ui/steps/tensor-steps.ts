import type { StageGeometry, TensorGeometry } from '../../geometry/index.ts'
import type { StageReport, TensorReport } from '../../merge/report.ts'
import { linear } from '../../plan/coefficients.ts'
import type { Job, JobStage, Operand, Plan, StageRule } from '../../plan/plan.ts'
import { isFixed, isInner, needsInnerProducts } from '../../plan/rule-kinds.ts'
import type { DType, FloatDType } from '../../tensor/dtype.ts'

/** What the coefficients rest on: the merge itself, all elements, some of them, or numbers of the recipe alone. */
export type StepsBasis = 'merge' | 'exact' | 'sampled' | 'recipe' | 'unknown'

/** A stored tensor as it enters: x0, x1, … in the order of a tensor's inputs. */
export interface StepInput {
  readonly model: string
  readonly tensor: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** What its elements are rounded to before anything else; null: they are used as stored. */
  readonly round: FloatDType | null
}

/** One stage for one tensor: `round(sum of coefficient · operand)` over the first `rows` rows. */
export interface Step {
  /** Name of the recipe's stage, '' for the result, null for a rounding between stages. */
  readonly stage: string | null
  readonly method: StageRule['method']
  readonly t: number | null
  readonly branch: StageReport['branch'] | null
  readonly cos: number | null
  /** x0, x1, … are inputs, s0, s1, … earlier steps. */
  readonly operands: readonly string[]
  /** In full precision; null while an angle is not known. */
  readonly coefficients: readonly (number | null)[]
  readonly rows: number
  /** F32 is not rounded here: such a step is multiplied out into those that use it. */
  readonly round: FloatDType
}

/** Everything that makes one tensor's bytes out of the inputs' bytes. */
export interface TensorSteps {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly basis: StepsBasis
  readonly inputs: readonly StepInput[]
  /** In order; the last is the tensor. None: the bytes of x0 are copied. */
  readonly steps: readonly Step[]
  /** Rows are arranged by token, and not all of them are made of the same inputs. */
  readonly rowsByToken: boolean
}

/**
 * The way from a tensor's inputs to its bytes, with nothing left out.
 * @param report of a merge of this plan: then the coefficients are those that it used
 */
export function stepsOf(
  job: Job,
  plan: Pick<Plan, 'checkpoints'>,
  tensor: TensorGeometry | null,
  report: TensorReport | null,
): TensorSteps {
  const inputs = job.kind === 'copy' ? copiedInput(job) : job.inputs
  return {
    name: job.name,
    dtype: job.dtype,
    shape: job.shape,
    basis: basisOf(job, tensor, report),
    inputs: inputs.map(({ source, round }): StepInput => {
      const from = job.sources[source]
      return {
        model: plan.checkpoints[from?.checkpoint ?? -1]?.model ?? '',
        tensor: from?.tensor.name ?? '',
        dtype: from?.tensor.dtype ?? job.dtype,
        shape: from?.tensor.shape ?? [],
        round,
      }
    }),
    steps: job.kind === 'copy' ? [] : stepList(job, tensor, report),
    rowsByToken: job.segments.some(({ gather }) => gather !== undefined),
  }
}

/** A copy may list inputs and stages for the table; its bytes are those of source 0. */
function copiedInput(job: Job): Job['inputs'] {
  return job.sources.length === 0 ? [] : [{ source: 0, round: null }]
}

function stepList(job: Job, tensor: TensorGeometry | null, report: TensorReport | null): readonly Step[] {
  let named = 0
  return job.stages.map((stage, index) => {
    // A report lists the stages with a name, in their order; one name may come twice where layers are repeated.
    const went = stage.label === null ? undefined : report?.stages[named++]
    return stepOf(stage, tensor?.stages[index], went)
  })
}

function stepOf(stage: JobStage, seen: StageGeometry | undefined, went: StageReport | undefined): Step {
  const { rule } = stage
  const fixed = isFixed(rule) ? linear(stage).coefficients : stage.operands.map(() => null)
  const tried = went === undefined ? (seen?.t ?? null) : null
  return {
    stage: stage.label,
    method: rule.method,
    t: rule.method === 'slerp' ? (tried ?? rule.t) : null,
    branch: went?.branch ?? (seen === undefined || seen.branch === 'unknown' ? null : seen.branch),
    cos: !isInner(rule) ? null : went === undefined ? (seen?.cos ?? null) : went.cos,
    operands: stage.operands.map(nameOf),
    coefficients: went?.coefficients ?? (isInner(rule) ? (seen?.coefficients ?? fixed) : fixed),
    rows: stage.rows,
    round: stage.round,
  }
}

function basisOf(job: Job, tensor: TensorGeometry | null, report: TensorReport | null): StepsBasis {
  if (report !== null) return 'merge'
  const angles = job.stages.some(needsInnerProducts)
  if (job.kind === 'copy' || !angles) return 'recipe'
  return tensor === null || tensor.basis === 'none' ? 'unknown' : tensor.basis
}

function nameOf(operand: Operand): string {
  return 'input' in operand ? `x${operand.input}` : `s${operand.stage}`
}
