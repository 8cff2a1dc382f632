import { bytesPerElement } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'
import { elementPasses, passesOver } from './element-passes.ts'
import type { Findings } from './findings.ts'
import type { UnplacedJob } from './job.ts'
import { emptyDraft, type JobDraft } from './job-stages.ts'
import type { JobInput, Operand, RowSegment } from './plan.ts'
import { isOutputSegment } from './row-coefficients.ts'
import { mergedSpaces, outputSpace, stageSpace } from './row-spaces.ts'
import { isElementwise, needsInnerProducts } from './rule-kinds.ts'
import type { StageModel } from './stage-model.ts'
import { beginTensor, formOf } from './tensor-sources.ts'
import type { Vocabularies } from './vocabulary.ts'
import { gatheredSegments, type RowTable } from './vocabulary-rows.ts'
import { gatherStage } from './vocabulary-stages.ts'

/**
 * Makes the job of an embedding or head whose rows are permuted, filled in or padded: segments list rows instead of stretches, and its
 * tiles are read twice, since those of gram are not those of the output, or as often as passes go over them.
 * @returns null where it can't be made; the reason is then among the findings
 */
export function makeVocabularyJob(
  final: StageModel,
  name: string,
  vocabularies: Vocabularies,
  findings: Findings,
): UnplacedJob | null {
  beginTensor()
  const draft = emptyDraft()
  const value = gatherStage(draft, final, name, vocabularies, findings)
  const form = formOf(final, name)
  const round = draft.stages.at(-1)?.round
  if (value === null || form === null || round === undefined) return null
  joinInputs(draft, value.table)
  const joined = compact(draft, value.table)
  const passes = elementPasses(draft.stages)
  const isMeasured = draft.stages.some(needsInnerProducts) || passes > 0
  const all = gatheredSegments(joined.table, draft.stages.length)
  const segments = isMeasured ? all : all.filter(({ gather }) => gather?.output !== null)
  const shape = [value.rows, ...form.shape.slice(1)]
  const job = {
    name,
    kind: isMeasured ? ('streamed' as const) : ('blend-only' as const),
    dtype: round,
    shape,
    byteLength: elementCount(shape) * bytesPerElement(round),
    sources: draft.sources,
    inputs: joined.inputs,
    segments,
    stages: draft.stages,
    layer: null,
    bytesReadOnce: 0,
    bytesReadTwice: 0,
  }
  const read = (some: readonly RowSegment[]): number => some.reduce((sum, segment) => sum + bytesOf(job, segment), 0)
  const outputs = segments.filter((segment) => isOutputSegment({ ...job, shard: 0, offset: 0 }, segment))
  if (!draft.stages.some(({ rule }) => isElementwise(rule)))
    return { ...job, bytesReadOnce: read(segments), bytesReadTwice: isMeasured ? read(outputs) : 0 }
  // Each stage is prepared by passes over its own rows, and in the end the output is made.
  const again = draft.stages.map((stage, index) => {
    const spaces = isElementwise(stage.rule) ? [stageSpace(job, index)] : mergedSpaces(job, index)
    return passesOver(stage) * spaces.reduce((sum, space) => sum + read(space.segments), 0)
  })
  const output = read(outputSpace(job, value.rows).segments)
  return { ...job, bytesReadOnce: output, bytesReadTwice: again.reduce((a, b) => a + b, 0) }
}

/** Joins inputs of the same tensor and rounding wherever they ask for the same rows, as the models of a diamond of stages do. */
function joinInputs(draft: JobDraft, table: RowTable): void {
  const leaves = table.leaves as Map<number, Int32Array>
  for (const [a, first] of draft.inputs.entries()) {
    for (let b = a + 1; b < draft.inputs.length; b++) {
      const second = draft.inputs[b] as JobInput
      const [ours, theirs] = [leaves.get(a), leaves.get(b)]
      if (ours === undefined || theirs === undefined) continue
      if (first.source !== second.source || first.round !== second.round || !agree(ours, theirs)) continue
      for (const [row, at] of theirs.entries()) if (at >= 0) ours[row] = at
      leaves.delete(b)
      for (const stage of draft.stages) {
        const operands = stage.operands as Operand[]
        for (const [k, operand] of operands.entries())
          if ('input' in operand && operand.input === b) operands[k] = { input: a }
      }
    }
  }
}

/** Numbers the inputs that are left without gaps. */
function compact(draft: JobDraft, table: RowTable): { inputs: JobInput[]; table: RowTable } {
  const kept = [...table.leaves.keys()].sort((a, b) => a - b)
  for (const stage of draft.stages) {
    const operands = stage.operands as Operand[]
    for (const [k, operand] of operands.entries())
      if ('input' in operand) operands[k] = { input: kept.indexOf(operand.input) }
  }
  const leaves = new Map(kept.map((input, place) => [place, table.leaves.get(input) as Int32Array]))
  return { inputs: kept.map((input) => draft.inputs[input] as JobInput), table: { ...table, leaves } }
}

function agree(a: Int32Array, b: Int32Array): boolean {
  return a.every((row, i) => row < 0 || (b[i] as number) < 0 || row === b[i])
}

function bytesOf(job: Pick<UnplacedJob, 'inputs' | 'sources'>, { to, inputs }: RowSegment): number {
  return inputs.reduce((sum, input) => {
    const tensor = job.sources[job.inputs[input]?.source ?? 0]?.tensor
    return sum + (tensor === undefined ? 0 : (tensor.byteLength / Math.max(1, tensor.shape[0] ?? 1)) * to)
  }, 0)
}
