import { useMemo } from 'react'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { useEditorView } from '../../store/edits-view.ts'
import { useStudio } from '../../store/studio.ts'
import { KeptPlace } from '../kept-place.tsx'
import { useModelColours } from '../model-name.tsx'
import { TermHelp } from '../terms/term-help.tsx'
import { useResting } from '../use-resting.ts'
import { DialectBar, DialectDifference } from './dialect-bar.tsx'
import { comparedDialect } from './dialect-ghost.ts'
import { DialectList } from './dialect-list.tsx'
import { EndSelect } from './end-select.tsx'
import { GradientChart } from './gradient-chart.tsx'
import { GradientList } from './gradient-list.tsx'
import { lanesAt, T } from './lane-use.ts'
import { LanesRow } from './lanes-row.tsx'
import { ParameterGradient } from './parameter-gradient.tsx'
import { PointTools } from './point-tools.tsx'
import { PresetsMenu } from './presets-menu.tsx'
import { endsOf, referenceColour, referenceTitle, type StageEnds, shownStage, stageTitle } from './stage-ends.ts'
import { useLanes } from './use-lanes.ts'
import './editor.css'
import './chart.css'
import './tools.css'

interface Props {
  readonly recipe: Recipe
  readonly stage: RecipeStage
  /** Nothing can be changed: a merge runs, or the text has errors. */
  readonly locked: boolean
}

/** The gradient of the selected stage: the hero of the page. It follows a gesture in each frame. */
export function GradientEditor({ locked }: Pick<Props, 'locked'>) {
  const recipe = useStudio((studio) => studio.recipe)
  const wanted = useEditorView((view) => view.stage)
  const stage = recipe === null ? null : shownStage(recipe, wanted)
  return recipe === null || stage === null ? null : <Gradient {...{ recipe, stage, locked }} />
}

function Gradient({ recipe, stage, locked }: Props) {
  const ends = endsOf(stage)
  return (
    <section className="gradient" aria-label={`Gradient of ${stageTitle(stage.name)}`}>
      {ends === null ? (
        <ParameterGradient recipe={recipe} stage={stage} locked={locked} />
      ) : (
        <SlerpGradient recipe={recipe} stage={stage} ends={ends} locked={locked} />
      )}
    </section>
  )
}

function SlerpGradient({ recipe, stage, ends, locked }: Props & { readonly ends: StageEnds }) {
  const colours = useModelColours()
  /** What no gesture on the curve changes. */
  const resting = useResting(useMemo(() => ({ recipe, stage }), [recipe, stage]))
  const compare = useEditorView((view) => view.compare)
  const models = useStudio((studio) => studio.models)
  const matches = useStudio((studio) => studio.matches)
  const { names, layers, nominal, use, lane } = useLanes(recipe, stage, T)
  const ghost = comparedDialect(recipe.dialect, compare)
  const baseColour = referenceColour(recipe, ends.base, colours)
  const otherColour = referenceColour(recipe, ends.other, colours)
  const baseTitle = referenceTitle(recipe, ends.base)
  const otherTitle = referenceTitle(recipe, ends.other)
  const shown = useMemo(
    () => ({ name: 't', isWay: true, base: baseTitle, other: otherTitle, baseColour, otherColour }),
    [baseTitle, otherTitle, baseColour, otherColour],
  )
  const more = useMemo(
    () =>
      models.flatMap(({ id, name, phase }) => (phase === 'failed' || [...matches.values()].includes(id) ? [] : [name])),
    [models, matches],
  )
  if (lane === null) {
    return (
      <p className="hint gradient-none">
        This stage gives t no value.{' '}
        <button type="button" disabled={locked} onClick={() => giveT(stage)}>
          Set t to 0.5
        </button>
      </p>
    )
  }
  const value = lanesAt(stage, lane.ref)[lane.ref.lane]?.value ?? 0.5
  const restingValue = lanesAt(resting.stage, lane.ref)[lane.ref.lane]?.value ?? 0.5
  const end = { recipe: resting.recipe, stage: resting.stage, locked, more }
  return (
    <>
      <div className="gradient-main">
        <div className="gradient-end">
          <EndSelect {...end} end="other" value={ends.other} opposite={ends.base} colour={otherColour} />
          <TermHelp term="gradient" question="What is a gradient?" />
          <LanesRow stage={resting.stage} use={use} lane={lane} locked={locked} />
        </div>
        <GradientChart {...{ stage, use, lane, ghost, locked }} dialect={recipe.dialect} ends={shown} />
        <div className="gradient-end">
          <EndSelect {...end} end="base" value={ends.base} opposite={ends.other} colour={baseColour} />
          <TermHelp term="t" question="What is t?" />
          <KeptPlace shown={!locked}>
            <button
              type="button"
              className="quiet"
              title="Base and other change places; the curve stays, so that the merge changes"
              onClick={() => editRecipe([{ kind: 'swap-ends', stage: stage.name, keepResult: false }], 'swap the ends')}
            >
              Swap ends
            </button>
          </KeptPlace>
          <span className={nominal ? 'hint gradient-hint gradient-nominal' : 'hint gradient-hint'}>
            {nominal ? `No model is open yet: drawn for ${layers} layers.` : 'Double-click adds a point.'}
          </span>
        </div>
      </div>
      <div className="gradient-side">
        <div className="gradient-tools">
          <GradientList stage={stage} lane={lane} value={value} locked={locked} />
          <KeptPlace shown={!locked}>
            <PresetsMenu stage={resting.stage} lane={lane} />
            <PointTools stage={resting.stage} lane={lane} value={restingValue} />
          </KeptPlace>
        </div>
        <DialectBar dialect={recipe.dialect} ghost={ghost} locked={locked} />
        {ghost !== null && (
          <>
            <DialectDifference {...{ stage, names, ghost }} own={recipe.dialect} />
            <DialectList stage={resting.stage} {...{ names, ghost }} own={resting.recipe.dialect} />
          </>
        )}
      </div>
    </>
  )
}

function giveT(stage: RecipeStage): void {
  const at = { stage: stage.name, parameter: 't' }
  editRecipe([{ kind: 'set-gradient', at, lane: 0, value: 0.5 }], 'give t a value')
}
