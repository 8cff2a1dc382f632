import { useMemo } from 'react'
import { parameterDialect } from '../../recipe/dialect.ts'
import { METHOD_FACTS } from '../../recipe/method-facts.ts'
import { parameterFacts } from '../../recipe/methods.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { type Subject, selectSubject, useEditorView } from '../../store/edits-view.ts'
import { KeptPlace } from '../kept-place.tsx'
import { useModelColours } from '../model-name.tsx'
import { DialectBar } from './dialect-bar.tsx'
import { comparedDialect, placesInWords } from './dialect-ghost.ts'
import { GradientChart } from './gradient-chart.tsx'
import { GradientList } from './gradient-list.tsx'
import { placeOf } from './lane-edits.ts'
import { lanesAt } from './lane-use.ts'
import { LanesRow } from './lanes-row.tsx'
import { MethodFlags } from './method-flags.tsx'
import { PointTools } from './point-tools.tsx'
import { PresetsMenu } from './presets-menu.tsx'
import { referenceColour } from './stage-ends.ts'
import { StageModels } from './stage-models.tsx'
import { SubjectPicker } from './subject-picker.tsx'
import { shownSubject, subjectModel, subjectTitle } from './subjects.ts'
import { useCompanions } from './use-companions.ts'
import { useLanes } from './use-lanes.ts'

interface Props {
  readonly recipe: Recipe
  readonly stage: RecipeStage
  readonly locked: boolean
}

/** The parameters of a method that is no slerp: each may be shaped over the depth, those of a model in its colour. */
export function ParameterGradient({ recipe, stage, locked }: Props) {
  const wanted = useEditorView((view) => view.subject)
  const subject = shownSubject(stage, wanted)
  if (subject !== null) return <Shaped {...{ recipe, stage, subject, locked }} />
  return (
    <>
      <div className="gradient-main">
        <p className="hint gradient-none">{METHOD_FACTS[stage.method].words} It has nothing to shape over the depth.</p>
        <MethodFlags stage={stage} locked={locked} />
      </div>
      <div className="gradient-side">
        <StageModels {...{ recipe, stage, locked }} />
      </div>
    </>
  )
}

function Shaped({ recipe, stage, subject, locked }: Props & { readonly subject: Subject }) {
  const colours = useModelColours()
  const { names, layers, nominal, use, lane } = useLanes(recipe, stage, subject)
  const dialect = parameterDialect(recipe.dialect, subject.parameter)
  const companions = useCompanions(recipe, stage, subject, names, layers, dialect, colours)
  const model = subjectModel(stage, subject)
  const colour = model === null ? 'var(--accent)' : referenceColour(recipe, model, colours)
  const name = subjectTitle(recipe, stage, subject)
  const ends = useMemo(
    () => ({ name, isWay: false, base: '0', other: name, baseColour: 'var(--ink-3)', otherColour: colour }),
    [name, colour],
  )
  const compare = useEditorView((view) => view.compare)
  const compared = comparedDialect(recipe.dialect, compare)
  // Most tools know no other parameter than t: what they are read as then is today's mergekit.
  const spoken = compared === null ? null : parameterDialect(compared, subject.parameter)
  const ghost = spoken === dialect ? null : spoken
  const value = lane === null ? null : (lanesAt(stage, lane.ref)[lane.ref.lane]?.value ?? 1)
  return (
    <>
      <div className="gradient-main">
        <div className="gradient-end">
          <SubjectPicker {...{ recipe, stage, subject }} onPick={selectSubject} />
          {lane !== null && <LanesRow stage={stage} use={use} lane={lane} locked={locked} />}
        </div>
        {lane === null ? (
          <Default {...{ stage, subject, name, locked }} />
        ) : (
          <GradientChart {...{ stage, use, lane, ends, locked, dialect, companions }} ghost={ghost} />
        )}
        <div className="gradient-end">
          <MethodFlags stage={stage} locked={locked} />
          <span className={nominal ? 'hint gradient-hint gradient-nominal' : 'hint gradient-hint'}>
            {lane === null
              ? ''
              : nominal
                ? `No model is open yet: drawn for ${layers} layers.`
                : 'Double-click adds a point.'}
          </span>
        </div>
      </div>
      <div className="gradient-side">
        {lane !== null && value !== null && (
          <div className="gradient-tools">
            <GradientList stage={stage} lane={lane} value={value} locked={locked} />
            <KeptPlace shown={!locked}>
              <PresetsMenu stage={stage} lane={lane} />
              <PointTools stage={stage} lane={lane} value={value} />
            </KeptPlace>
          </div>
        )}
        <StageModels {...{ recipe, stage, locked }} />
        {lane !== null && typeof value !== 'number' && (
          <>
            <DialectBar dialect={recipe.dialect} ghost={compared} locked={locked} />
            {compared !== null && (
              <p className="dialect-difference">{placesInWords(stage, use, lane, dialect, spoken ?? dialect)}</p>
            )}
          </>
        )}
      </div>
    </>
  )
}

interface DefaultProps {
  readonly stage: RecipeStage
  readonly subject: Subject
  readonly name: string
  readonly locked: boolean
}

/** What a parameter is that the recipe leaves out, and the way to write it. */
function Default({ stage, subject, name, locked }: DefaultProps) {
  const facts = parameterFacts(stage.method, subject.parameter)
  const inherited = subject.source !== null && stage.parameters.has(subject.parameter)
  const value = facts?.default ?? 0.5
  const write = (): void => {
    const slice = stage.wholeModels || subject.source === null ? null : 0
    const at = placeOf(stage, { ...subject, slice })
    editRecipe([{ kind: 'set-gradient', at, lane: 0, value }], `set ${subject.parameter}`)
  }
  return (
    <div className="gradient-default">
      <p>{facts?.words}</p>
      <p className="hint">
        {inherited
          ? `This model takes the ${subject.parameter} of all models.`
          : facts?.default === null
            ? `The recipe gives ${name} no value.`
            : `The recipe leaves it out, and ${METHOD_FACTS[stage.method].title} takes ${value}.`}
      </p>
      <KeptPlace shown={!locked}>
        <button type="button" onClick={write}>
          Shape {name}
        </button>
      </KeptPlace>
    </div>
  )
}
