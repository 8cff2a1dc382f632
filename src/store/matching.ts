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
 * Finds the opened folder of each model of a recipe: the one chosen by hand, else the first whose name is the model's last path
 * segment, ignoring case.
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
    const byName = opened.find((candidate) => candidate.name.toLowerCase() === modelKey(model))
    const match = byHand ?? byName
    if (match !== undefined) matches.set(model, match.id)
  }
  return matches
}
