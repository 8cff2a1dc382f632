import { type PointerEvent, useId } from 'react'
import { modelLabel } from '../../recipe/describe.ts'
import { chooseFolder } from '../../store/recipe.ts'
import { useStudio } from '../../store/studio.ts'
import { ModelChip } from '../model-name.tsx'
import type { GraphNode } from './graph-layout.ts'

export interface Wiring {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void
  readonly onPointerCancel: () => void
}

/** A model of the recipe, and the opened folder that stands for it: matched by name, or chosen by hand. */
export function ModelNode({ node, wiring }: { readonly node: GraphNode; readonly wiring: Wiring }) {
  const models = useStudio((studio) => studio.models)
  const matches = useStudio((studio) => studio.matches)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const id = useId()
  const open = models.filter((model) => model.phase !== 'failed')
  const match = open.find((candidate) => candidate.id === matches.get(node.reference))
  return (
    <li
      className={match === undefined ? 'node node-model node-open' : 'node node-model'}
      style={{ left: node.x, top: node.y, width: node.width, height: node.height }}
    >
      <ModelChip colour={match?.colour ?? null} />
      <label htmlFor={id} title={node.reference} className="node-name">
        <span className="visually-hidden">Folder for </span>
        <span>{modelLabel(node.reference)}</span>
      </label>
      <select
        id={id}
        disabled={running}
        title={match === undefined ? 'Choose the folder of this model' : `Folder: ${match.name}`}
        value={match?.id ?? ''}
        onChange={(event) =>
          chooseFolder(node.reference, event.target.value === '' ? null : Number(event.target.value))
        }
      >
        <option value="">{match === undefined ? 'Choose a folder' : 'By its name'}</option>
        {open.map((candidate) => (
          <option key={candidate.id} value={candidate.id}>
            {candidate.name}
          </option>
        ))}
      </select>
      <span className="port" aria-hidden="true" {...wiring} />
    </li>
  )
}
