import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { applyEdits } from '../../recipe/apply-edit.ts'
import type { Edit } from '../../recipe/edit.ts'
import type { Recipe } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { selectStage } from '../../store/edits-view.ts'
import { useStudio } from '../../store/studio.ts'
import { allStages, endsOf, referenceTitle } from '../editor/stage-ends.ts'

interface Props {
  readonly recipe: Recipe
  readonly onClose: () => void
}

/** Makes a stage of two models or stages, and says where its result goes. */
export function AddStageDialog({ recipe, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const opened = useStudio((studio) => studio.models)
  const stages = allStages(recipe)
  const final = recipe.stages.at(-1)
  const matched = new Set(useStudio((studio) => studio.matches).values())
  const more = opened.flatMap((model) => (matched.has(model.id) || model.phase === 'failed' ? [] : [model.name]))
  const sources = [...stages.flatMap(({ name }) => (name === null ? [] : [name])), ...recipe.models, ...more]
  // The result gets a name when it is no longer the last.
  const present = final?.name ?? freeName(sources, 'result')
  const [wantedBase, setBase] = useState(present)
  const [wantedOther, setOther] = useState('')
  const [name, setName] = useState('')
  const [goal, setGoal] = useState('result')
  // A stage that feeds another cannot use the result that comes of it.
  const choices = final?.name === null && goal === 'result' ? [present, ...sources] : sources
  const base = choices.includes(wantedBase) ? wantedBase : (choices[0] ?? '')
  const other = choices.includes(wantedOther) ? wantedOther : (choices.find((choice) => choice !== base) ?? '')
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const places = stages.flatMap((stage) => (endsOf(stage) === null ? [] : [stage]))
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const own = name.trim()
    const made = goal === 'result' ? (own === '' ? null : own) : own === '' ? freeName(choices, 'stage') : own
    const edits: Edit[] = []
    if (final?.name === null && goal === 'result') edits.push({ kind: 'rename-stage', stage: null, name: present })
    edits.push({ kind: 'add-stage', name: made, base, other })
    const [end, index] = goal.split(' ')
    const target = goal === 'result' ? undefined : places[Number(index)]
    if (target !== undefined && made !== null && (end === 'base' || end === 'other'))
      edits.push({ kind: 'set-model', stage: target.name, end, model: made })
    const tried = applyEdits(useStudio.getState().recipeText, edits)
    if ('problem' in tried) {
      setProblem(tried.problem)
      return
    }
    editRecipe(edits, 'add a stage')
    selectStage(made)
    dialog.current?.close()
  }
  const options = choices.map((choice) => (
    <option key={choice} value={choice}>
      {choice === present && final?.name === null ? 'The present result' : referenceTitle(recipe, choice)}
    </option>
  ))
  return (
    <dialog ref={dialog} className="dialog small-dialog" aria-labelledby={`${id}title`} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={`${id}title`}>Add stage</h2>
        <p className="hint">A SLERP of two models or earlier stages, at t 0.5 to begin with.</p>
        <div className="dialog-fields">
          <label htmlFor={`${id}base`}>Base, t 0</label>
          <select id={`${id}base`} value={base} onChange={(event) => setBase(event.target.value)}>
            {options}
          </select>
          <label htmlFor={`${id}other`}>Other, t 1</label>
          <select id={`${id}other`} value={other} onChange={(event) => setOther(event.target.value)}>
            {options}
          </select>
          <label htmlFor={`${id}goal`}>Goes to</label>
          <select id={`${id}goal`} value={goal} onChange={(event) => setGoal(event.target.value)}>
            <option value="result">The result: it comes last</option>
            {places.map((stage, index) =>
              (['base', 'other'] as const).map((end) => (
                <option key={`${end} ${stage.name}`} value={`${end} ${index}`}>
                  {stage.name ?? 'The present result'}, as its {end === 'base' ? 'base' : 'other model'}
                </option>
              )),
            )}
          </select>
          <label htmlFor={`${id}name`}>Name</label>
          <input
            id={`${id}name`}
            type="text"
            placeholder={goal === 'result' ? 'none, as the result needs none' : freeName(choices, 'stage')}
            autoComplete="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {problem !== null && (
          <p role="alert" className="refusal">
            {problem}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <button type="submit" className="primary">
            Add
          </button>
        </div>
      </form>
    </dialog>
  )
}

function freeName(taken: readonly string[], word: string): string {
  let number = 1
  while (taken.includes(`${word}_${number}`)) number++
  return `${word}_${number}`
}
