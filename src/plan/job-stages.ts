import { error, warning } from '../problem.ts'
import { type FloatDType, isFloatDType } from '../tensor/dtype.ts'
import { hasVocabularyRows } from './anatomy.ts'
import { type Findings, once } from './findings.ts'
import type { JobInput, JobSource, JobStage, Operand, StageRule } from './plan.ts'
import type { Model, StageModel } from './stage-model.ts'
import { ruleOf, simplify } from './stage-rule.ts'
import {
  entryForms,
  findSources,
  leadIndex,
  type TensorEntry,
  type TensorForm,
  type TensorSources,
} from './tensor-sources.ts'

/** Sources, inputs and stages of one job while it is put together. */
export interface JobDraft {
  readonly sources: JobSource[]
  readonly inputs: JobInput[]
  readonly stages: JobStage[]
  /** What was made already: a stage that is used twice is computed once. A list: it is short, and there is one a tensor. */
  readonly made: Made[]
}

interface Made {
  readonly stage: StageModel
  readonly name: string
  readonly value: Value | null
}

export function emptyDraft(): JobDraft {
  return { sources: [], inputs: [], stages: [], made: [] }
}

/** What a stage gives for one tensor: where its values are, and what they are rounded to. */
export interface Value {
  readonly operand: Operand
  readonly dtype: TensorForm['dtype']
  readonly rows: number
}

/**
 * Adds the stages that make `name` in the result of `stage`, those of earlier stages first.
 * @returns null where that can't be; the reason is then among the findings
 */
export function addStage(draft: JobDraft, stage: StageModel, name: string, findings: Findings): Value | null {
  const made = draft.made.find((one) => one.stage === stage && one.name === name)
  if (made !== undefined) return made.value
  const value = makeStage(draft, stage, name, findings)
  draft.made.push({ stage, name, value })
  return value
}

function makeStage(draft: JobDraft, stage: StageModel, name: string, findings: Findings): Value | null {
  const found = findSources(stage, name)
  if (found === null) return null
  const known = entryForms(stage, name)
  const lacking = found.entries.find((_, index) => known[index] === null)
  if (lacking !== undefined) {
    noteMissing(findings, lacking, name)
    return null
  }
  const forms = known as readonly TensorForm[]
  if (!sameShape(stage, found, forms, name, findings)) return null
  const rows = Math.min(...forms.map(rowsOf))
  const lead = Math.max(0, leadIndex(stage, found))
  const leadForm = forms[lead]
  if (leadForm === undefined) return null
  if (forms.some((form) => !isFloatDType(form.dtype)))
    return copyOther(draft, stage, found, forms, lead, name, findings)
  const round = stage.stage.dtype ?? (leadForm.dtype as FloatDType)
  const rule = found.isCopied === true ? COPY : ruleOf(stage, found, name, findings)
  if (rule === null) return null
  const { used, rule: simplified } = simplify(rule, found)
  const operands: Operand[] = []
  for (const index of used) {
    const entry = found.entries[index]
    const value = entry === undefined ? null : addValue(draft, entry, stage.stage.dtype, findings)
    if (value === null) return null
    operands.push(value.operand)
  }
  const made = push(draft, { label: stage.label, rule: simplified, operands, rows, round })
  const out = stage.stage.outDtype
  return out === null || out === round ? made : addRounding(draft, made, out)
}

/** The value of one entry, rounded to the stage's dtype. */
function addValue(draft: JobDraft, entry: TensorEntry, round: FloatDType | null, findings: Findings): Value | null {
  const { model } = entry.source
  if (entry.name === null) return null
  if (model.kind === 'checkpoint') return addInput(draft, model, entry.name, round)
  const value = addStage(draft, model, entry.name, findings)
  if (value === null || round === null || value.dtype === round || !isFloatDType(value.dtype)) return value
  return addRounding(draft, value, round)
}

function addInput(draft: JobDraft, model: Model, name: string, round: FloatDType | null): Value | null {
  if (model.kind !== 'checkpoint') return null
  const tensor = model.checkpoint.tensors.get(name)
  if (tensor === undefined) return null
  let source = draft.sources.findIndex((s) => s.checkpoint === model.index && s.tensor.name === name)
  if (source < 0) source = draft.sources.push({ checkpoint: model.index, tensor }) - 1
  // A wider dtype holds every value of the stored one, so that nothing is rounded; BF16 and F16 hold different values.
  const effective = round === null || round === tensor.dtype || round === 'F32' ? null : round
  let input = draft.inputs.findIndex((i) => i.source === source && i.round === effective)
  if (input < 0) input = draft.inputs.push({ source, round: effective }) - 1
  return { operand: { input }, dtype: round ?? tensor.dtype, rows: tensor.shape[0] ?? 1 }
}

export function addRounding(draft: JobDraft, value: Value, round: FloatDType): Value {
  const { operand, rows } = value
  return push(draft, { label: null, rule: { method: 'passthrough', scale: 1 }, operands: [operand], rows, round })
}

export function push(draft: JobDraft, stage: JobStage): Value {
  const index = draft.stages.push(stage) - 1
  return { operand: { stage: index }, dtype: stage.round, rows: stage.rows }
}

const COPY: StageRule = { method: 'passthrough', scale: 1 }

/** Integers and booleans are no weights: the base model's are taken. Other floats can be copied, not computed with. */
function copyOther(
  draft: JobDraft,
  stage: StageModel,
  found: TensorSources,
  forms: readonly TensorForm[],
  lead: number,
  name: string,
  findings: Findings,
): Value | null {
  const single = stage.stage.method === 'passthrough' || found.entries.length === 1
  const rule = single ? null : ruleOf(stage, found, name, findings)
  const used = rule === null ? [0] : simplify(rule, found).used
  const one = used.length === 1 ? used[0] : undefined
  const odd = forms.findIndex((form) => !isFloatDType(form.dtype))
  const [form, entry] = [forms[odd], found.entries[odd]]
  const integers = forms.every(({ dtype }) => /^(BOOL|[UI]\d+)$/.test(dtype))
  if (one === undefined && !integers) {
    once(findings, `dtype/${form?.dtype}`, () =>
      error(
        `The tensor ${name} of "${entry?.source.source.model}" is stored as ${form?.dtype}, and only F32, F16 and BF16 can be merged: take a checkpoint in 16 or 32 bits, or copy this tensor with t of 0 or 1.`,
        { where: entry?.source.model.label ?? '' },
      ),
    )
    return null
  }
  if (one === undefined) {
    once(findings, 'integers', () =>
      warning(
        `The tensor ${name} holds ${form?.dtype} values, which are no weights: it is copied from "${found.entries[lead]?.source.source.model}".`,
      ),
    )
  }
  const chosen = found.entries[one ?? lead]
  if (chosen === undefined || chosen.name === null) return null
  const { model } = chosen.source
  const value =
    model.kind === 'stage' ? addStage(draft, model, chosen.name, findings) : addInput(draft, model, chosen.name, null)
  return value
}

export function sameShape(
  stage: StageModel,
  found: TensorSources,
  forms: readonly TensorForm[],
  name: string,
  findings: Findings,
): boolean {
  const first = forms[0]
  const from = hasVocabularyRows(name) ? 1 : 0
  const odd = forms.findIndex(
    (form) =>
      form.shape.length !== first?.shape.length || form.shape.some((size, i) => i >= from && size !== first.shape[i]),
  )
  if (odd < 0) return true
  const [a, b] = [found.entries[0]?.source.source, found.entries[odd]?.source.source]
  once(findings, `shape/${stage.label}/${a?.model}/${b?.model}`, () =>
    error(
      `The tensor ${name} is ${show(first)} in "${a?.model}" and ${show(forms[odd])} in "${b?.model}": tensors that are merged must have the same shape, so that these two models don't fit together: take models of the same architecture and size.`,
      { line: b?.line ?? stage.stage.line },
    ),
  )
  return false
}

export function noteMissing(findings: Findings, entry: TensorEntry, name: string): void {
  const key = entry.source.source.model
  const names = findings.missing.get(key)
  if (names === undefined) findings.missing.set(key, [name])
  else if (!names.includes(name)) names.push(name)
}

function rowsOf(form: TensorForm): number {
  return form.shape[0] ?? 1
}

function show(form: TensorForm | undefined): string {
  return `[${form?.shape.join(', ')}]`
}
