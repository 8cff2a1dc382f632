import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { selectStage } from '../../store/edits-view.ts'
import { lanesAt, T } from '../editor/lane-use.ts'
import { sparkline } from '../editor/presets-menu.tsx'
import { endsOf, referenceTitle, stageTitle } from '../editor/stage-ends.ts'
import type { GraphNode } from './graph-layout.ts'
import type { Wiring } from './model-node.tsx'

interface Props {
  readonly node: GraphNode
  readonly stage: RecipeStage
  readonly recipe: Recipe
  readonly colour: string
  readonly selected: boolean
  readonly wiring: Wiring
}

/** Narrower than this, in pixels, a node has room for its name only. */
const PICTURED = 132

/** A stage with a small picture of its curve; pressed, its gradient is shown. */
export function StageNode({ node, stage, recipe, colour, selected, wiring }: Props) {
  const ends = endsOf(stage)
  const unused = recipe.unused.includes(stage)
  const words =
    ends === null
      ? stage.method
      : `slerp from ${referenceTitle(recipe, ends.base)} to ${referenceTitle(recipe, ends.other)}`
  return (
    <li
      className={unused ? 'node node-unused' : 'node'}
      data-stage={node.reference}
      style={{ left: node.x, top: node.y, width: node.width, height: node.height }}
    >
      <button
        type="button"
        className="node-stage"
        aria-pressed={selected}
        aria-label={`Stage ${stageTitle(stage.name)}: ${words}${unused ? ', not used by the result' : ''}`}
        title={unused ? 'The result does not use this stage' : words}
        onClick={() => selectStage(stage.name)}
      >
        <span className="node-bar" style={{ background: colour }} />
        <span className="node-name">{stageTitle(stage.name)}</span>
        {ends !== null && node.width >= PICTURED && (
          <svg width="34" height="16" viewBox="0 0 34 16" aria-hidden="true" className="node-picture">
            {[...stage.slices.keys(), null]
              .flatMap((slice) => lanesAt(stage, { ...T, slice }))
              .toSorted((a, b) => Number(a.filter === null) - Number(b.filter === null))
              .slice(-3)
              .map(({ filter, value }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lanes are told apart by their place.
                <path key={index} d={sparkline(value, 30, 12)} transform="translate(2 2)" data-main={filter === null} />
              ))}
          </svg>
        )}
      </button>
      {stage.name !== null && <span className="port" aria-hidden="true" {...wiring} />}
    </li>
  )
}
