import { error } from '../problem.ts'
import { type FloatDType, isFloatDType } from '../tensor/dtype.ts'
import { type Findings, once } from './findings.ts'
import { addRounding, type JobDraft, noteMissing, push, sameShape, type Value } from './job-stages.ts'
import type { Operand, StageRows } from './plan.ts'
import { isElementwise, needsInnerProducts } from './rule-kinds.ts'
import type { Model, StageModel } from './stage-model.ts'
import { operandOrder, ruleOf } from './stage-rule.ts'
import {
  findSources,
  formOf,
  leadIndex,
  type TensorEntry,
  type TensorForm,
  type TensorSources,
} from './tensor-sources.ts'
import { padded, type RowRule, type StageVocabulary, type Vocabularies } from './vocabulary.ts'
import { joinRows, leafTable, type RowReference, type RowTable, sameRows } from './vocabulary-rows.ts'

/** An engine takes 64 inputs and stages of a job together; stages that use each other twice double with every one of them. */
const MAX_STAGES = 64

/** A stage's value for a tensor with a row for every token, and where its rows come from. */
export interface GatheredValue extends Value {
  readonly table: RowTable
}

/**
 * Adds the stages that make `name`, a tensor with a row for every token, in the result of `stage`, where rows are permuted, filled in or
 * padded on the way. Every use of a stored tensor becomes an input of its own here; those with the same rows are joined afterwards.
 * @returns null where that can't be; the reason is then among the findings
 */
export function gatherStage(
  draft: JobDraft,
  stage: StageModel,
  name: string,
  vocabularies: Vocabularies,
  findings: Findings,
): GatheredValue | null {
  const found = findSources(stage, name)
  if (found === null) return null
  if (draft.stages.length > MAX_STAGES) {
    once(findings, 'stages', () =>
      error(
        `The recipe uses its stages so often that ${name} would be made in more than ${MAX_STAGES} steps, and rows can only be arranged by token in fewer: merge in several recipes.`,
        { line: stage.stage.line },
      ),
    )
    return null
  }
  const forms: TensorForm[] = []
  for (const entry of found.entries) {
    const form = entry.name === null ? null : formOf(entry.source.model, entry.name)
    if (form === null) {
      noteMissing(findings, entry, name)
      return null
    }
    forms.push(form)
  }
  if (!sameShape(stage, found, forms, name, findings) || !canMerge(found, forms, name, findings)) return null
  const rule = ruleOf(stage, found, name, findings)
  const leadForm = forms[Math.max(0, leadIndex(stage, found))]
  if (rule === null || leadForm === undefined) return null
  const round = stage.stage.dtype ?? (leadForm.dtype as FloatDType)
  // The base first, as a slerp wants it: t of 0 or 1 is no copy here, since rows that one model lacks come from the other.
  const base = Math.max(0, found.slice.base)
  const order = found.entries.map((_, index) => index)
  const slerpOrder = [base, base === 0 ? 1 : 0]
  const used =
    rule.method === 'slerp' ? slerpOrder : rule.method === 'passthrough' ? [0] : (operandOrder(rule, found) ?? order)
  const entries = used.map((index) => found.entries[index] as TensorEntry)
  const operands: Operand[] = []
  const tables: RowTable[] = []
  for (const entry of entries) {
    const value = addValue(draft, entry, stage.stage.dtype, vocabularies, findings)
    if (value === null) return null
    operands.push(value.operand)
    tables.push(value.table)
  }
  const vocabulary = vocabularies.of(stage)
  const common = Math.min(...tables.map(({ count }) => count))
  const rows = padded(vocabulary.rows ?? common, vocabulary.padToMultiple)
  const models = entries.map((entry) => entry.source.model)
  const made = push(draft, { label: stage.label, rule, operands, rows, round })
  const index = draft.stages.length - 1
  const measured = draft.stages.slice(0, index).some((one) => needsInnerProducts(one) || isElementwise(one.rule))
  const references = referencesOf(vocabulary, models, tables, common)
  const table = joinRows(index, tables, rows, references, measured, isElementwise(rule))
  const value: GatheredValue = { ...made, table }
  const out = stage.stage.outDtype
  return out === null || out === round ? value : rounded(draft, value, out)
}

function addValue(
  draft: JobDraft,
  entry: TensorEntry,
  round: FloatDType | null,
  vocabularies: Vocabularies,
  findings: Findings,
): GatheredValue | null {
  const { model } = entry.source
  if (entry.name === null) return null
  if (model.kind === 'stage') {
    const value = gatherStage(draft, model, entry.name, vocabularies, findings)
    return value === null || round === null || value.dtype === round ? value : rounded(draft, value, round)
  }
  const tensor = model.checkpoint.tensors.get(entry.name)
  if (tensor === undefined) return null
  let source = draft.sources.findIndex((s) => s.checkpoint === model.index && s.tensor.name === tensor.name)
  if (source < 0) source = draft.sources.push({ checkpoint: model.index, tensor }) - 1
  const effective = round === null || round === tensor.dtype || round === 'F32' ? null : round
  const input = draft.inputs.push({ source, round: effective }) - 1
  const rows = tensor.shape[0] ?? 1
  return { operand: { input }, dtype: round ?? tensor.dtype, rows, table: leafTable(input, rows) }
}

function rounded(draft: JobDraft, value: GatheredValue, round: FloatDType): GatheredValue {
  const made = addRounding(draft, value, round)
  return { ...made, table: sameRows(value.table, draft.stages.length - 1) }
}

/** For each row of a stage: the rows of its operands, and what stands in for those that lack one. */
function referencesOf(
  { maps, rules, base }: StageVocabulary,
  models: readonly Model[],
  tables: readonly RowTable[],
  common: number,
): (row: number) => RowReference {
  const columns = models.map((model) => maps?.get(model) ?? null)
  const baseAt = models.indexOf(base)
  const known = new Map<string, StageRows>()
  const own = (k: number, row: number): number => {
    const table = tables[k]
    const at = maps === null ? (row < common ? row : -1) : (columns[k]?.[row] ?? -1)
    if (table === undefined || at < 0 || at >= table.count) return -1
    return table.classes[table.classOf[at] ?? 0]?.isEmpty === true ? -1 : at
  }
  return (row) => {
    const rows = models.map((_, k) => own(k, row))
    const rule = rules.get(row)
    if (rule !== undefined) return ruledReference(rows, rule, models)
    const key = rows.map((at) => (at < 0 ? 0 : 1)).join('')
    let shares = known.get(key)
    if (shares === undefined) {
      shares = sharesOf(rows, baseAt)
      known.set(key, shares)
    }
    return { rows, shares }
  }
}

/** Missing rows are the base's where it has the token, else the mean of those that are there. */
function sharesOf(rows: readonly number[], base: number): StageRows {
  const present = rows.filter((at) => at >= 0).length
  if (present === rows.length) return 'merged'
  if (present === 0) return 'absent'
  const fill = rows.map((at, j) => {
    if ((rows[base] ?? -1) >= 0) return j === base ? 1 : 0
    return at >= 0 ? 1 / present : 0
  })
  return rows.map((at, k) => (at >= 0 ? unit(k, rows.length) : fill))
}

function ruledReference(rows: readonly number[], { donor, force }: RowRule, models: readonly Model[]): RowReference {
  const none = rows.map(() => 0)
  if (donor === null) {
    if (force || rows.every((at) => at < 0)) return { rows: rows.map(() => -1), shares: 'absent' }
    if (rows.every((at) => at >= 0)) return { rows, shares: 'merged' }
    return { rows, shares: rows.map((at, k) => (at < 0 ? none : unit(k, rows.length))) }
  }
  const j = models.indexOf(donor.model)
  const given = unit(j, rows.length)
  if (force) return { rows: rows.map((_, k) => (k === j ? donor.row : -1)), shares: rows.map(() => given) }
  // A donor that has the token itself gives its own row: one tensor gives one row to a row.
  const from = rows.map((at, k) => (k === j && at < 0 ? donor.row : at))
  if (rows.every((at) => at >= 0)) return { rows, shares: 'merged' }
  return { rows: from, shares: rows.map((at, k) => (at < 0 ? given : unit(k, rows.length))) }
}

function unit(at: number, length: number): number[] {
  return Array.from({ length }, (_, index) => (index === at ? 1 : 0))
}

function canMerge(found: TensorSources, forms: readonly TensorForm[], name: string, findings: Findings): boolean {
  const odd = forms.findIndex(({ dtype }) => !isFloatDType(dtype))
  if (odd < 0) return true
  const { source } = (found.entries[odd] as TensorEntry).source
  once(findings, `dtype/${forms[odd]?.dtype}`, () =>
    error(
      `The tensor ${name} of "${source.model}" is stored as ${forms[odd]?.dtype}, and rows can only be arranged by token where it is F32, F16 or BF16: take a checkpoint in 16 or 32 bits.`,
      { line: source.line },
    ),
  )
  return false
}
