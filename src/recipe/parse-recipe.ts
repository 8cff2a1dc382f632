import type { Problem } from '../problem.ts'
import { readDialect } from './dialect-comment.ts'
import { Findings, type Mend } from './findings.ts'
import { orderStages } from './order.ts'
import type { Recipe, RecipeStage } from './recipe.ts'
import { readStage } from './stage.ts'
import { readYaml } from './yaml.ts'

/** lzlv has three. */
const MAX_DOCUMENTS = 100

export interface ParsedRecipe {
  /** Null when any problem is an error. */
  readonly recipe: Recipe | null
  readonly problems: readonly Problem[]
  /** A one-click change for those problems that have one. */
  readonly mends?: ReadonlyMap<Problem, Mend>
}

/**
 * Reads a recipe in mergekit's YAML, of one document or several, and makes it strict. Never throws on bad text: all that is
 * wrong is in `problems`, in the order of the lines, and anything that mergekit would ignore or refuse is said.
 * @param fileName where the text comes from, for the problems' `where`
 */
export function parseRecipe(text: string, fileName?: string): ParsedRecipe {
  const findings = new Findings(fileName)
  const dialect = readDialect(text, findings)
  const nodes = readYaml(text, findings)
  if (nodes.length > MAX_DOCUMENTS) {
    findings.error(`The recipe has ${nodes.length} documents, expected at most ${MAX_DOCUMENTS}.`, 1)
    return { recipe: null, problems: findings.problems, mends: findings.mends }
  }
  const stages: RecipeStage[] = []
  for (const node of nodes) {
    const stage = readStage(node, findings)
    if (stage !== null) stages.push(stage)
  }
  if (nodes.length === 0 && findings.errorCount === 0) {
    findings.error('The recipe is empty, expected a mapping with merge_method and models or slices.', 1)
  }
  // The order is judged only where every document was read: a missing one would make others look unused.
  const ordered = stages.length === nodes.length && stages.length > 0 ? orderStages(stages, findings) : null
  const problems = findings.problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
  return {
    recipe: findings.errorCount > 0 || ordered === null ? null : { ...ordered, dialect, text },
    problems,
    mends: findings.mends,
  }
}
