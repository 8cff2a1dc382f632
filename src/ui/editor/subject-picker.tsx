import { useId } from 'react'
import { formatGradient } from '../../recipe/gradient-edit.ts'
import { parameterFacts } from '../../recipe/methods.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import type { Subject } from '../../store/edits-view.ts'
import { laneRefs, lanesAt } from './lane-use.ts'
import { sameSubject, subjectsOf, subjectTitle } from './subjects.ts'

interface Props {
  readonly recipe: Recipe
  readonly stage: RecipeStage
  readonly subject: Subject
  readonly onPick: (subject: Subject) => void
}

/** Which parameter the curve is of. */
export function SubjectPicker({ recipe, stage, subject, onPick }: Props) {
  const id = useId()
  const all = subjectsOf(stage)
  const at = all.findIndex((each) => sameSubject(each, subject))
  return (
    <>
      <label htmlFor={id}>Shape</label>
      <select
        id={id}
        className="subject"
        aria-label="Parameter to shape"
        title={parameterFacts(stage.method, subject.parameter)?.words}
        value={at}
        onChange={(event) => {
          const picked = all[Number(event.target.value)]
          if (picked !== undefined) onPick(picked)
        }}
      >
        {all.map((each, index) => (
          <option key={`${each.parameter} ${each.source}`} value={index}>
            {subjectTitle(recipe, stage, each)}: {valueInWords(stage, each)}
          </option>
        ))}
      </select>
    </>
  )
}

function valueInWords(stage: RecipeStage, subject: Subject): string {
  const lanes = laneRefs(stage, subject).map((ref) => lanesAt(stage, ref)[ref.lane]?.value)
  const [first] = lanes
  if (lanes.length > 1) return `${lanes.length} lanes`
  if (first !== undefined) return formatGradient(first)
  const value = parameterFacts(stage.method, subject.parameter)?.default
  return value === null || value === undefined ? 'no value' : `${value}, the default`
}
