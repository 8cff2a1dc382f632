import { memo, type SubmitEvent, useEffect, useId, useRef, useState } from 'react'
import { isCatchAll } from '../../recipe/parameters.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { selectLane } from '../../store/edits-view.ts'
import { plural } from '../format.ts'
import { PATTERNS } from './curve-line.tsx'
import { laneTitle, placeOf } from './lane-edits.ts'
import { type LaneUse, lanesAt, type StageUse, sameLane } from './lane-use.ts'

interface Props {
  readonly stage: RecipeStage
  readonly use: StageUse
  readonly lane: LaneUse
  readonly locked: boolean
}

/** The lanes of a parameter: one for each filter, in the order in which they are tried, the active one with its tools. */
export const LanesRow = memo(function LanesRow({ stage, use, lane, locked }: Props) {
  const [form, setForm] = useState<'add' | 'rename' | null>(null)
  const list = useRef<HTMLUListElement>(null)
  const entry = lanesAt(stage, lane.ref)[lane.ref.lane]
  const siblings = lanesAt(stage, lane.ref).length
  const at = placeOf(stage, lane.ref)
  const { parameter } = lane.ref
  const index = lane.ref.lane
  const move = (to: number): void => {
    if (editRecipe([{ kind: 'move-lane', at, lane: index, to }], 'move a lane')) selectLane({ ...lane.ref, lane: to })
  }
  const remove = (): void => {
    if (editRecipe([{ kind: 'remove-lane', at, lane: index }], 'remove a lane')) selectLane(null)
  }
  const add = (filter: string): void => {
    const value = entry?.value ?? 0.5
    // The first lane that matches wins, so that a new one must come before the one whose tensors it takes.
    if (editRecipe([{ kind: 'add-lane', at, lane: { filter, value }, before: index }], 'add a lane'))
      selectLane(lane.ref)
    setForm(null)
  }
  const rename = (filter: string): void => {
    editRecipe([{ kind: 'rename-lane', at, lane: index, filter: filter === '' ? null : filter }], 'rename a lane')
    setForm(null)
  }
  // Where the list scrolls, the lane that is shaped is in view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another lane is another place.
  useEffect(() => {
    const shaped = list.current?.querySelector<HTMLElement>('[aria-pressed="true"]')
    if (list.current !== null && shaped != null)
      list.current.scrollLeft = shaped.offsetLeft - list.current.offsetLeft - 24
  }, [index, siblings, stage.name, parameter])
  return (
    <div className="lanes">
      <ul ref={list} className="lanes-list" aria-label={`Lanes of ${parameter}`}>
        {use.lanes.map((each, number) => {
          const filter = lanesAt(stage, each.ref)[each.ref.lane]?.filter ?? null
          const active = sameLane(each.ref, lane.ref)
          return (
            <li key={`${each.ref.slice} ${each.ref.lane}`}>
              <button
                type="button"
                className="lane"
                aria-pressed={active}
                data-pattern={number % PATTERNS}
                title={`${plural(each.tensors, 'tensor')} take${each.tensors === 1 ? 's' : ''} ${parameter} from this lane`}
                onClick={() => selectLane(each.ref)}
              >
                <svg width="22" height="8" aria-hidden="true" className="lane-sample">
                  <path d="M1 4H21" className={active ? 'lane-active' : 'curve-line'} />
                </svg>
                {laneTitle(filter, each.ref, stage.slices.length)}
                <span className={each.tensors === 0 ? 'lane-count lane-none' : 'lane-count'}>
                  {each.tensors === 0 ? 'no tensor' : each.tensors}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      {form === null && (
        <span className={locked ? 'lane-tools absent' : 'lane-tools'}>
          <button type="button" className="quiet" onClick={() => setForm('add')}>
            Add lane
          </button>
          {siblings > 1 && (
            <>
              <button type="button" className="quiet" onClick={() => setForm('rename')}>
                Rename
              </button>
              <button
                type="button"
                className="quiet icon"
                aria-label="Move lane forward"
                title="Tried earlier"
                disabled={index === 0}
                onClick={() => move(index - 1)}
              >
                ←
              </button>
              <button
                type="button"
                className="quiet icon"
                aria-label="Move lane back"
                title="Tried later"
                disabled={index === siblings - 1}
                onClick={() => move(index + 1)}
              >
                →
              </button>
              <button type="button" className="quiet" onClick={remove}>
                Remove lane
              </button>
            </>
          )}
        </span>
      )}
      {form === 'add' && (
        <FilterForm label="Filter of the new lane" submit="Add" onDone={add} onClose={() => setForm(null)} />
      )}
      {form === 'rename' && (
        <FilterForm
          label="Filter of the lane"
          submit="Rename"
          initial={entry === undefined || isCatchAll(entry.filter) ? '' : (entry.filter ?? '')}
          onDone={rename}
          onClose={() => setForm(null)}
        />
      )}
    </div>
  )
})

const COMMON_FILTERS = ['self_attn', 'mlp', 'layernorm', 'embed_tokens', 'model.norm', 'lm_head', 'q_proj', 'down_proj']

interface FormProps {
  readonly label: string
  readonly submit: string
  readonly initial?: string
  readonly onDone: (filter: string) => void
  readonly onClose: () => void
}

function FilterForm({ label, submit, initial = '', onDone, onClose }: FormProps) {
  const [text, setText] = useState(initial)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  useEffect(() => field.current?.focus(), [])
  const done = (event: SubmitEvent): void => {
    event.preventDefault()
    if (text.trim() !== '' || submit === 'Rename') onDone(text.trim())
  }
  return (
    <form className="lane-form" onSubmit={done} onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <input
        ref={field}
        id={id}
        type="text"
        list={`${id}list`}
        placeholder="part of a tensor’s name"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <datalist id={`${id}list`}>
        {COMMON_FILTERS.map((filter) => (
          <option key={filter} value={filter} />
        ))}
      </datalist>
      <button type="submit">{submit}</button>
      <button type="button" className="quiet" onClick={onClose}>
        Cancel
      </button>
    </form>
  )
}
