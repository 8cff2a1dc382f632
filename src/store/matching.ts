/** What matching needs to know of an opened model. */
export interface Candidate {
  readonly id: number
  readonly name: string
}

/** Last segment of a path or hub id, without a revision, in lower case: `org/Name@main` gives `name`. */
export function modelKey(model: string): string {
  const path = model.replace(/[\\/]+$/, '')
  const last = path.split(/[\\/]/).at(-1) ?? ''
  return (last.split('@')[0] ?? last).toLowerCase()
}

/** A folder chosen by hand; after a reload only its name is known, and `id` is null. */
export interface ChosenFolder {
  readonly id: number | null
  readonly name: string
}

/**
 * Finds the opened folder of each model of a recipe: the one chosen by hand, else the one whose name is the model's last path segment,
 * ignoring case. A folder is only taken on its own where that is beyond doubt: no other folder has the name, and no other model of the
 * recipe. `org1/base` and `org2/base` must be told apart by hand, or one model would be merged with itself.
 * @returns id of the opened model by the name the recipe uses; models without a folder are absent
 */
export function matchModels(
  models: readonly string[],
  opened: readonly Candidate[],
  chosen: ReadonlyMap<string, ChosenFolder>,
): ReadonlyMap<string, number> {
  const matches = new Map<string, number>()
  for (const model of models) {
    const choice = chosen.get(model)
    const byHand =
      opened.find((candidate) => candidate.id === choice?.id) ??
      opened.find((candidate) => candidate.name === choice?.name)
    const match = byHand ?? byName(model, models, opened)
    if (match !== undefined) matches.set(model, match.id)
  }
  return matches
}

function byName(model: string, models: readonly string[], opened: readonly Candidate[]): Candidate | undefined {
  const key = modelKey(model)
  const named = opened.filter((candidate) => candidate.name.toLowerCase() === key)
  const rivals = models.filter((other) => modelKey(other) === key)
  return named.length === 1 && rivals.length === 1 ? named[0] : undefined
}
