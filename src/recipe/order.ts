import { type Findings, listInWords, quote } from './findings.ts'
import { withoutRevision } from './model-reference.ts'
import type { RecipeStage } from './recipe.ts'
import { nearestWord } from './spelling.ts'

/** Every reference of a stage to a model or to another stage: the base model first, then the sources, each once. */
export function referencesOf(stage: RecipeStage): readonly string[] {
  const slices = [...stage.slices, ...(stage.modules ?? []).flatMap((module) => module.slices)]
  const references = slices.flatMap((slice) => [
    ...(slice.baseModel === null ? [] : [slice.baseModel]),
    ...slice.sources.map((source) => source.model),
  ])
  return [...new Set(stage.baseModel === null ? references : [stage.baseModel, ...references])]
}

/** Near names are looked for among the first models only. */
const MAX_COMPARED = 100

export interface Ordered {
  readonly stages: readonly RecipeStage[]
  readonly models: readonly string[]
  /** Stages that the final one does not need, in the order of the documents. */
  readonly unused: readonly RecipeStage[]
}

/**
 * Puts the stages in an order in which each comes after those it uses, the final one last; documents keep their order where
 * they may. Stages that the final one does not need are left out, with a warning. Null after an error.
 */
export function orderStages(documents: readonly RecipeStage[], findings: Findings): Ordered | null {
  const byName = namedStages(documents, findings)
  if (byName === null) return null
  const final = findFinal(documents, byName, findings)
  if (final === null) return null
  const stages: RecipeStage[] = []
  if (!visit(final, byName, [], stages, findings)) return null
  const unused = documents.filter((stage) => !stages.includes(stage))
  for (const stage of unused) {
    // A stage that only leads to a cycle is an error even where nothing needs it.
    if (!visit(stage, byName, [], [...stages], findings)) return null
    findings.warning(
      `The stage ${quote(stage.name ?? '')} is left out, because the final result does not use it.`,
      stage.line,
      { label: 'Take the stage out', edits: [{ kind: 'remove-stage', stage: stage.name }] },
    )
  }
  const models = new Set<string>()
  for (const stage of documents.filter((document) => stages.includes(document))) {
    for (const reference of referencesOf(stage)) if (!byName.has(withoutRevision(reference))) models.add(reference)
  }
  warnOfNearNames(documents, byName, models, findings)
  return { stages, models: [...models], unused }
}

function namedStages(documents: readonly RecipeStage[], findings: Findings): ReadonlyMap<string, RecipeStage> | null {
  const byName = new Map<string, RecipeStage>()
  let unique = true
  for (const stage of documents) {
    if (stage.name === null) continue
    const before = byName.get(stage.name)
    if (before !== undefined) {
      findings.error(
        `The name ${quote(stage.name)} is used twice (first in line ${before.line}), expected a name of its own for each stage.`,
        stage.line,
      )
      unique = false
    }
    byName.set(stage.name, stage)
  }
  return unique ? byName : null
}

/** The document without a name or, when all have one, the only one that no other uses. */
function findFinal(
  documents: readonly RecipeStage[],
  byName: ReadonlyMap<string, RecipeStage>,
  findings: Findings,
): RecipeStage | null {
  const unnamed = documents.filter((stage) => stage.name === null)
  const [only, another] = unnamed
  if (another !== undefined) {
    findings.error(
      `${unnamed.length} documents have no name, expected one at most, the final result: name the others.`,
      another.line,
    )
    return null
  }
  if (only !== undefined) return only
  const used = new Set(documents.flatMap((stage) => referencesOf(stage).map(withoutRevision)))
  const unused = documents.filter((stage) => stage.name !== null && !used.has(stage.name))
  const [final, second] = unused
  if (final === undefined) {
    // Everything is used by something: there is a cycle, which visiting any stage names.
    for (const stage of documents) if (!visit(stage, byName, [], [], findings)) return null
    return null
  }
  if (second !== undefined) {
    const names = listInWords(unused.map((stage) => quote(stage.name ?? '')))
    findings.error(
      `${names} are all used by no other stage, expected one final result: leave the name out of its document.`,
      second.line,
    )
    return null
  }
  return final
}

/** Appends a stage after those it uses; false after an error for a cycle. */
function visit(
  stage: RecipeStage,
  byName: ReadonlyMap<string, RecipeStage>,
  path: readonly RecipeStage[],
  done: RecipeStage[],
  findings: Findings,
): boolean {
  if (done.includes(stage)) return true
  if (path.includes(stage)) {
    const cycle = [...path.slice(path.indexOf(stage)), stage].map((each) => each.name ?? 'the final result')
    findings.error(`The stages use each other in a circle: ${cycle.join(' uses ')}.`, stage.line)
    return false
  }
  const needed = new Set(referencesOf(stage).map(withoutRevision))
  for (const [name, other] of byName) {
    if (needed.has(name) && !visit(other, byName, [...path, stage], done, findings)) return false
  }
  done.push(stage)
  return true
}

/** A model without a folder or owner whose name is almost that of a stage is probably meant to be the stage. */
function warnOfNearNames(
  documents: readonly RecipeStage[],
  byName: ReadonlyMap<string, RecipeStage>,
  models: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const model of [...models].slice(0, MAX_COMPARED)) {
    const near = /[/\\]/.test(model) ? null : nearestWord(model, byName.keys())
    const user = documents.find((stage) => referencesOf(stage).includes(model))
    if (near === null || user === undefined || user.name === near) continue
    findings.warning(
      `${quote(model)} is no stage of this recipe and is taken for a model: did you mean the stage ${quote(near)}?`,
      user.line,
      { label: `Use the stage ${near}`, edits: [{ kind: 'replace-model', model, by: near }] },
    )
  }
}
