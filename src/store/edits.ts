import type { Retimer } from '../plan/retime.ts'
import { applyEdits } from '../recipe/apply-edit.ts'
import type { Edit, ParameterPlace } from '../recipe/edit.ts'
import type { Lane } from '../recipe/presets.ts'
import type { FilteredValue, Parameters, Recipe, RecipeStage } from '../recipe/recipe.ts'
import { land, paintFrame, rest } from './flight.ts'
import { labelled } from './history.ts'
import { refusedWhileMerging } from './merging.ts'
import { retimerOf } from './planning.ts'
import { setRecipeText } from './recipe.ts'
import { useStudio } from './studio.ts'

/**
 * Changes the recipe's text, all or nothing; what cannot be done is said in the notice.
 * @param label what the change is, in words, for undo
 * @param key changes of one key in quick succession are one step
 * @returns false where the text was left as it is
 */
export function editRecipe(edits: readonly Edit[], label: string, key: string | null = null): boolean {
  if (refusedWhileMerging()) return false
  const edited = applyEdits(useStudio.getState().recipeText, edits)
  if ('problem' in edited) {
    useStudio.setState({ notice: edited.problem })
    return false
  }
  useStudio.setState({ notice: null })
  labelled(label, () => setRecipeText(edited.text), key)
  return true
}

/** What a gesture shows while it lasts, and the edits that write it into the text when it ends. */
export interface Gesture {
  readonly at: ParameterPlace
  readonly lanes: readonly Lane[]
  readonly edits: readonly Edit[]
  readonly label: string
}

let gesture: Gesture | null = null
/** Made with the first frame of a gesture. */
let retime: Retimer | null = null
let frame = 0
let resting: ReturnType<typeof setTimeout> | undefined

/** Milliseconds without a move after which a hand rests, and the document follows what was painted in flight. */
const REST = 80

/** Shows a gesture in the next frame, in memory: the text is not touched. */
export function showGesture(next: Gesture): void {
  gesture = next
  const { shaping, recipe } = useStudio.getState()
  if (shaping === null) useStudio.setState({ shaping: recipe })
  if (frame === 0) frame = requestAnimationFrame(showFrame)
}

/** Ends the gesture: one edit of the text, one step of undo. */
export function endGesture(): void {
  const done = gesture
  dropFrame()
  if (done === null) return
  gesture = null
  useStudio.setState({ shaping: null })
  if (!editRecipe(done.edits, done.label)) backToText()
}

/** Ends the gesture without a change. */
export function cancelGesture(): void {
  dropFrame()
  if (gesture === null) return
  gesture = null
  useStudio.setState({ shaping: null })
  backToText()
}

function showFrame(): void {
  frame = 0
  clearTimeout(resting)
  const { recipe } = useStudio.getState()
  if (gesture === null || recipe === null) return
  const shown = withLanes(recipe, gesture.at, gesture.lanes)
  if (paintFrame(shown)) {
    resting = setTimeout(follow, REST)
    return
  }
  follow()
  // With the new plan it can be painted again. Where not, nothing old may stay over the document: the rest goes the long way.
  if (!paintFrame(shown)) land()
  else rest()
}

/** The state of the page, and with it the document, follows the gesture. */
function follow(): void {
  const { recipe, plan } = useStudio.getState()
  if (gesture === null || recipe === null) return
  retime ??= retimerOf(recipe, gesture.at.stage)
  const shown = withLanes(recipe, gesture.at, gesture.lanes)
  useStudio.setState({ recipe: shown, plan: plan === null ? null : (retime?.(plan, shown) ?? plan) })
  rest()
}

function dropFrame(): void {
  cancelAnimationFrame(frame)
  clearTimeout(resting)
  frame = 0
  retime = null
  land()
}

function backToText(): void {
  setRecipeText(useStudio.getState().recipeText)
}

/** The recipe with other lanes of one parameter; the text stays what it was. */
export function withLanes(recipe: Recipe, at: ParameterPlace, lanes: readonly Lane[]): Recipe {
  const values = lanes.map(({ filter, value }): FilteredValue => ({ filter, value, line: 0 }))
  const parametersOf = (old: Parameters): Parameters => new Map([...old, [at.parameter, values]])
  const changed = (stage: RecipeStage): RecipeStage => {
    if (stage.name !== at.stage) return stage
    if (at.source !== undefined) return withSource(stage, at, parametersOf)
    if (at.slice === undefined) return { ...stage, parameters: parametersOf(stage.parameters) }
    const slices = stage.slices.map((slice, index) =>
      index === at.slice ? { ...slice, parameters: parametersOf(slice.parameters) } : slice,
    )
    return { ...stage, slices }
  }
  return { ...recipe, stages: recipe.stages.map(changed), unused: recipe.unused.map(changed) }
}

/** The parameters of one model changed. */
function withSource(
  stage: RecipeStage,
  at: ParameterPlace,
  parametersOf: (old: Parameters) => Parameters,
): RecipeStage {
  const slices = stage.slices.map((slice, index) => {
    if (index !== (at.slice ?? 0)) return slice
    const sources = slice.sources.map((source, k) =>
      k === at.source ? { ...source, parameters: parametersOf(source.parameters) } : source,
    )
    return { ...slice, sources }
  })
  return { ...stage, slices }
}
