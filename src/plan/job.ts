import { error } from '../problem.ts'
import { bitsPerElement, isFloatDType } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'
import { Alike } from './alike.ts'
import { parseLayerName } from './anatomy.ts'
import { elementPasses } from './element-passes.ts'
import type { Findings } from './findings.ts'
import { addStage, emptyDraft, type JobDraft } from './job-stages.ts'
import { type Job, type JobKind, MAX_OPERANDS, type Operand, type RowSegment } from './plan.ts'
import { needsInnerProducts } from './rule-kinds.ts'
import type { StageModel } from './stage-model.ts'
import { beginTensor, formOf } from './tensor-sources.ts'

/** A job before the shards are laid out. */
export type UnplacedJob = Omit<Job, 'shard' | 'offset'>

/** Patterns of a plan's jobs, by its final stage. */
const PATTERNS = new WeakMap<StageModel, Alike>()

function patternsOf(final: StageModel): Alike {
  const known = PATTERNS.get(final) ?? new Alike()
  PATTERNS.set(final, known)
  return known
}

/**
 * Makes the job of one output tensor.
 * @param memoryBudget bytes of inputs that may be resident at once
 * @returns null where it can't be made; the reason is then among the findings
 */
export function makeJob(final: StageModel, name: string, findings: Findings, memoryBudget: number): UnplacedJob | null {
  beginTensor()
  const draft = emptyDraft()
  const value = addStage(draft, final, name, findings)
  const form = formOf(final, name)
  if (value === null || form === null) return null
  const operands = draft.inputs.length + draft.stages.length
  if (operands > MAX_OPERANDS) {
    findings.problems.push(
      error(
        `The tensor ${name} is made of ${draft.inputs.length} inputs in ${draft.stages.length} steps, and at most ${MAX_OPERANDS} together can be blended in one pass: merge in two recipes, the second over the result of the first.`,
      ),
    )
    return null
  }
  const copied = isCopy(draft, value.operand)
  const dtype = copied ? (draft.sources[0]?.tensor.dtype ?? form.dtype) : (draft.stages.at(-1)?.round ?? form.dtype)
  const shape = form.shape
  const byteLength = (elementCount(shape) * bitsPerElement(dtype)) / 8
  const { inputs, segments, stages } = patternsOf(final).of({
    inputs: draft.inputs,
    segments: copied ? [] : rowSegments(draft),
    stages: draft.stages,
  })
  const bytes = copied ? byteLength : bytesToRead(draft, segments)
  const kind = kindOf(draft, copied, bytes, memoryBudget)
  const parsed = parseLayerName(name)
  return {
    name,
    kind,
    dtype,
    shape,
    byteLength,
    sources: draft.sources,
    inputs,
    segments,
    stages,
    layer: parsed !== null && parsed.prefix === final.anatomy.prefix ? parsed.layer : null,
    bytesReadOnce: bytes,
    bytesReadTwice: kind === 'streamed' ? bytesAgain(draft, segments, shape, bytes) : 0,
  }
}

/** What is read once more, or more often where passes over element-wise stages need it. */
function bytesAgain(draft: JobDraft, segments: readonly RowSegment[], shape: readonly number[], bytes: number): number {
  const passes = elementPasses(draft.stages)
  if (passes > 0) return passes * bytes
  return bytesToRead(
    draft,
    segments.filter(({ to }) => to <= (shape[0] ?? 1)),
  )
}

function kindOf(draft: JobDraft, copied: boolean, bytes: number, memoryBudget: number): JobKind {
  if (copied) return 'copy'
  const measured = draft.stages.some(needsInnerProducts) || elementPasses(draft.stages) > 0
  if (!measured) return 'blend-only'
  return bytes <= memoryBudget ? 'resident' : 'streamed'
}

/** True where the output's bytes are those of source 0: nothing is computed, rounded or cut on the way. */
function isCopy(draft: JobDraft, operand: Operand): boolean {
  const tensor = draft.sources[0]?.tensor
  if (tensor === undefined || draft.sources.length !== 1) return false
  if (!isFloatDType(tensor.dtype)) return true
  let at = operand
  while ('stage' in at) {
    const stage = draft.stages[at.stage]
    const next = stage?.operands[0]
    if (stage === undefined || next === undefined) return false
    const unchanged =
      stage.rule.method === 'passthrough' &&
      stage.rule.scale === 1 &&
      stage.rows === (tensor.shape[0] ?? 1) &&
      (stage.round === tensor.dtype || (stage.round === 'F32' && draft.stages.at(-1)?.round === tensor.dtype))
    if (!unchanged) return false
    at = next
  }
  return draft.inputs[at.input]?.round === null
}

/** Cuts the rows wherever a stage ends, so that in each segment the same inputs take part. */
function rowSegments(draft: JobDraft): RowSegment[] {
  const needed = rowsNeeded(draft)
  const rows = draft.stages[0]?.rows
  const isWhole = rows !== undefined && draft.stages.every((stage) => stage.rows === rows)
  const ends = isWhole ? [rows] : [...new Set(draft.stages.map((stage) => stage.rows))].sort((a, b) => a - b)
  let from = 0
  return ends.map((to) => {
    const inputs = needed.flatMap((rows, input) => (rows >= to ? [input] : []))
    const segment = { from, to, inputs }
    from = to
    return segment
  })
}

/** For each input: the rows of the longest stage that its values reach, directly or through other stages. */
function rowsNeeded(draft: JobDraft): number[] {
  const rows = draft.inputs.map(() => 0)
  const reach = draft.stages.map((stage) => stage.rows)
  for (let index = draft.stages.length - 1; index >= 0; index--) {
    for (const operand of draft.stages[index]?.operands ?? []) {
      if ('input' in operand) rows[operand.input] = Math.max(rows[operand.input] ?? 0, reach[index] ?? 0)
    }
  }
  return rows
}

function bytesToRead(draft: JobDraft, segments: readonly RowSegment[]): number {
  let bytes = 0
  for (const { from, to, inputs } of segments) {
    const sources = new Set(inputs.map((input) => draft.inputs[input]?.source ?? -1))
    for (const source of sources) {
      const tensor = draft.sources[source]?.tensor
      if (tensor === undefined) continue
      bytes += (tensor.byteLength / Math.max(1, tensor.shape[0] ?? 1)) * (to - from)
    }
  }
  return bytes
}
