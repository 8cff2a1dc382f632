import { lazy, Suspense, useId, useState } from 'react'
import { LZLV_MODELS, type LzlvSlots, lzlvTemplate } from '../recipe/template.ts'
import { showText, useEditorView } from '../store/edits-view.ts'
import { replaceRecipe } from '../store/history-saved.ts'
import { setRecipeText } from '../store/recipe.ts'
import { notify, useStudio } from '../store/studio.ts'
import { shownStage } from './editor/stage-ends.ts'
import { slerpRecipe } from './example-recipe.ts'
import { KeptPlace } from './kept-place.tsx'
import { RecipeText } from './recipe-text.tsx'
import { RunningNote } from './running-note.tsx'
import { AddStageDialog } from './stages/add-stage-dialog.tsx'
import { MethodSelect } from './stages/method-select.tsx'
import { StageGraph } from './stages/stage-graph.tsx'
import { StageTools } from './stages/stage-tools.tsx'
import { TermHelp } from './terms/term-help.tsx'
import { useMedia } from './use-media.ts'
import { useRestingRecipe } from './use-resting.ts'

const DepthUnder = lazy(() => import('./charts/depth-under.tsx'))
const GradientEditor = lazy(async () => ({ default: (await import('./editor/gradient-editor.tsx')).GradientEditor }))

/** The recipe: its stages, the gradient of the selected one, and the text, which is the one truth of all three. */
export function RecipePanel() {
  const title = useId()
  const recipe = useRestingRecipe()
  const empty = useStudio((studio) => studio.recipeText.trim() === '')
  const stale = useStudio((studio) => studio.recipe !== null && studio.parsed.recipe === null)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const wanted = useEditorView((view) => view.stage)
  const textOpen = useEditorView((view) => view.textOpen)
  const [adding, setAdding] = useState(false)
  const stage = recipe === null ? null : shownStage(recipe, wanted)
  const locked = stale || running
  const shown = recipe === null ? 'always' : textOpen === undefined ? 'wide' : textOpen ? 'always' : 'never'
  return (
    <section className="panel recipe" aria-labelledby={title} data-text={shown}>
      <div className="panel-head">
        <h2 id={title}>Recipe</h2>
        <TermHelp term="slerp" question="What is SLERP?" />
        {recipe !== null && stage !== null && (
          <KeptPlace shown={!locked}>
            <StageTools recipe={recipe} stage={stage} />
          </KeptPlace>
        )}
        {recipe !== null && stage !== null && <MethodSelect stage={stage} locked={locked} />}
        <RunningNote />
        {empty && <FirstRecipe />}
        <span className="recipe-tools" data-guide="recipe">
          <KeptPlace shown={recipe !== null && !locked}>
            <button type="button" className="quiet" onClick={() => setAdding(true)}>
              Add stage
            </button>
          </KeptPlace>
          <KeptPlace shown={!running}>
            <LzlvButton />
          </KeptPlace>
          <KeptPlace shown={recipe !== null}>
            <TextToggle shown={shown} />
          </KeptPlace>
        </span>
      </div>
      {stale && <StaleNote />}
      <div className="recipe-body">
        {recipe !== null && stage !== null && (
          <div className="recipe-curve">
            <StageGraph recipe={recipe} selected={stage.name} locked={locked} />
            <Suspense fallback={null}>
              <GradientEditor locked={locked} />
            </Suspense>
            <div className="depth-under">
              <Suspense fallback={null}>
                <DepthUnder />
              </Suspense>
            </div>
          </div>
        )}
        <RecipeText />
      </div>
      {adding && recipe !== null && <AddStageDialog recipe={recipe} onClose={() => setAdding(false)} />}
    </section>
  )
}

/** Shows the text or hides it. Untouched, wide pages show it. */
function TextToggle({ shown }: { readonly shown: 'always' | 'wide' | 'never' }) {
  // As in styles/recipe.css.
  const wide = useMedia('(min-width: 1900px)')
  const open = shown === 'wide' ? wide : shown === 'always'
  return (
    <button type="button" className="quiet text-toggle" aria-expanded={open} onClick={() => showText(!open)}>
      Text
    </button>
  )
}

/** Why nothing can be changed by hand: the text has errors, and the curve is that of the last good recipe. */
function StaleNote() {
  const first = useStudio((studio) => studio.parsed.problems.find(({ severity }) => severity === 'error'))
  const good = useStudio((studio) => studio.recipe)
  return (
    <p className="stale" role="status">
      <span>
        The text has an error{first?.line === undefined ? '' : ` in line ${first.line}`}. The last readable recipe is
        shown until it is mended.
      </span>
      {good !== null && (
        <button type="button" className="quiet" onClick={() => setRecipeText(good.text)}>
          Go back to it
        </button>
      )}
    </p>
  )
}

/** Offered while there is no recipe: one for the first two models that are open. */
function FirstRecipe() {
  const models = useStudio((studio) => studio.models)
  const [base, other] = models.filter((model) => model.phase === 'open')
  if (base === undefined || other === undefined) return null
  return (
    <button type="button" className="quiet" onClick={() => setRecipeText(slerpRecipe(base.name, other.name))}>
      Write a SLERP of the first two models
    </button>
  )
}

/** Sets up lzlv's three stages; open models fill its slots, by name where one fits, else in their order. */
function LzlvButton() {
  const setUp = (): void => {
    const { models } = useStudio.getState()
    const names = models.flatMap((model) => (model.phase === 'failed' ? [] : [model.name]))
    replaceRecipe(lzlvTemplate(slotsFrom(names)), 'lzlv').catch(notify)
  }
  return (
    <button
      type="button"
      className="quiet"
      title="Two SLERPs with a gradient, and a SLERP of their results, as lzlv_70B was made"
      onClick={setUp}
    >
      Set up lzlv
    </button>
  )
}

/** Which open models stand in lzlv's slots; a slot without one keeps its own name, and its folder is chosen later. */
function slotsFrom(names: readonly string[]): LzlvSlots {
  const words: LzlvSlots = { mythospice: 'mythospice', xwin: 'xwin', hermes: 'hermes' }
  const free = [...names]
  const take = (wanted: (name: string) => boolean): string | undefined => {
    const index = free.findIndex(wanted)
    return index < 0 ? undefined : free.splice(index, 1)[0]
  }
  const slots = { ...LZLV_MODELS }
  const left: (keyof LzlvSlots)[] = []
  for (const slot of ['mythospice', 'xwin', 'hermes'] as const) {
    const found = take((name) => name.toLowerCase().includes(words[slot]))
    if (found === undefined) left.push(slot)
    else slots[slot] = found
  }
  for (const slot of left) slots[slot] = take(() => true) ?? slots[slot]
  return slots
}
