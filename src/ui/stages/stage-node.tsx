import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { selectStage } from '../../store/edits-view.ts'
import { useStudio } from '../../store/studio.ts'
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
const PICTURED = 160

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
        {ends !== null && node.width >= PICTURED && <StagePicture stage={stage} />}
      </button>
      {stage.name !== null && <span className="port" aria-hidden="true" {...wiring} />}
    </li>
  )
}

/** The curve of a stage in small, the lane of most tensors last. It follows a gesture, which the graph itself does not see. */
function StagePicture({ stage }: Pick<Props, 'stage'>) {
  const now = useStudio(({ recipe }) => stageOf(recipe, stage.name)) ?? stage
  return (
    <svg width="34" height="16" viewBox="-2 -2 34 16" aria-hidden="true" className="node-picture">
      {[...now.slices.keys(), null]
        .flatMap((slice) => lanesAt(now, { ...T, slice }))
        .toSorted((a, b) => Number(a.filter === null) - Number(b.filter === null))
        .slice(-3)
        .map(({ filter, value }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lanes are told apart by their place.
          <path key={index} d={sparkline(value, 30, 12)} data-main={filter === null} />
        ))}
    </svg>
  )
}

function stageOf(recipe: Recipe | null, name: string | null): RecipeStage | undefined {
  const isNamed = (stage: RecipeStage): boolean => stage.name === name
  return recipe?.stages.find(isNamed) ?? recipe?.unused.find(isNamed)
}
