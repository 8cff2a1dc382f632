import { askToWrite } from '../files/remembered.ts'
import type { CardText } from '../plan/card-text.ts'
import type { Partial } from '../writer/partial.ts'
import { editCard } from './card.ts'
import { cardTextOf } from './card-text.ts'
import { modelsSettled, refreshModels } from './models.ts'
import { examineOutput } from './output.ts'
import { nameRecipe, setRecipeText } from './recipe.ts'
import { runInto, settleFailures, startMerge } from './run.ts'
import { setSettings } from './settings.ts'
import { DEFAULT_SETTINGS, type Settings, useStudio, wordsOf } from './studio.ts'

/**
 * Goes on with the unfinished merge in the output folder: asks for permission again where it was lost, opens models again whose files were
 * touched, and takes recipe and settings from the folder where they differ. What still stands in the way is said in one sentence.
 */
export async function continueMerge(): Promise<void> {
  const { output } = useStudio.getState()
  if (output.phase !== 'unfinished') return
  const { handle } = output
  settleFailures()
  // What failed before is over: from here on an alert is about this attempt.
  useStudio.setState({ run: { phase: 'idle' }, output: { ...output, message: null } })
  try {
    if (!(await askToWrite(handle))) {
      const message = `The browser was not given permission to write to “${handle.name}”: press Continue again and allow it.`
      return useStudio.setState({ output: { ...output, message } })
    }
    await refreshModels()
    await modelsSettled()
    const now = await examineOutput(handle)
    useStudio.setState({ output: now })
    if (now.phase === 'ready') return await startMerge()
    if (now.phase !== 'unfinished') return
    const partial = now.found?.partial ?? null
    if (partial !== null) takeRecipe(partial)
    const message = whyNotOn(partial)
    if (message !== null) return useStudio.setState({ output: { ...now, message } })
    await runInto(handle, true)
  } catch (cause) {
    useStudio.setState({ output: { ...output, message: wordsOf(cause) } })
  }
}

/** Sets recipe, settings and the choice of folders as they were when the merge began, unless they are. */
export function takeRecipe({ fingerprint, recipe, settings, models }: Partial): void {
  const { shardBytes, card, ...rest } = settings
  if (useStudio.getState().plan?.fingerprint.recipe === fingerprint.recipe) {
    takeCard(card)
    return
  }
  const known = Object.entries(rest).filter(([key]) => Object.hasOwn(DEFAULT_SETTINGS, key))
  const shardSize = shardBytes === null ? '' : String(shardBytes)
  useStudio.setState(({ models: opened }) => ({
    chosen: new Map(
      models.map(({ model, name }) => [model, { id: opened.find((open) => open.name === name)?.id ?? null, name }]),
    ),
  }))
  setRecipeText(recipe)
  setSettings({ ...(Object.fromEntries(known) as globalThis.Partial<Settings>), shardSize })
  takeCard(card, true)
}

/**
 * Takes what was written for the model card when the merge began. It is no part of the fingerprint: what the user wrote since then stays,
 * unless the recipe is taken too.
 */
function takeCard(card: CardText | undefined, always = false): void {
  const now = cardTextOf(useStudio.getState())
  if (card === undefined || (!always && Object.values(now).some((text) => text !== null))) return
  const { title, ...edits } = card
  nameRecipe(title ?? '')
  editCard(edits)
}

/** What keeps the present recipe and models from being those of the unfinished merge; null when they are. */
export function whyNotOn(partial: Partial | null): string | null {
  const { plan, matches, problems } = useStudio.getState()
  if (plan === null) {
    const missing = (partial?.models ?? []).filter(({ model }) => !matches.has(model))
    if (missing.length > 0)
      return `Open ${missing.map(({ name }) => `“${name}”`).join(', ')} first: the unfinished merge reads ${missing.length === 1 ? 'this model' : 'these models'}.`
    const problem = problems.find(({ severity }) => severity === 'error')
    return problem === undefined
      ? 'Add the models and the recipe of the unfinished merge first; its record cannot be read.'
      : `It cannot go on yet: ${problem.message}`
  }
  if (problems.some(({ severity }) => severity === 'error')) return 'An error under Problems stands in the way.'
  if (partial === null) return null
  const changed = partial.models.filter(
    ({ model, fingerprint }) => plan.checkpoints.find((other) => other.model === model)?.fingerprint !== fingerprint,
  )
  if (changed.length > 0)
    return `${changed.map(({ name }) => `“${name}”`).join(', ')} ${changed.length === 1 ? 'is not the model' : 'are not the models'} that the unfinished merge began with (files, sizes or tensors differ): open the folder as it was then, or clean the output folder and merge anew.`
  if (plan.fingerprint.recipe !== partial.fingerprint.recipe || plan.fingerprint.inputs !== partial.fingerprint.inputs)
    return 'This version of the studio plans the unfinished merge another way: clean the folder and merge anew.'
  return null
}
