import { memo, type PointerEvent, useMemo, useRef, useState } from 'react'
import type { Recipe } from '../../recipe/recipe.ts'
import { editRecipe } from '../../store/edits.ts'
import { referenceColour } from '../editor/stage-ends.ts'
import { useSize } from '../editor/use-size.ts'
import { useModelColours } from '../model-name.tsx'
import { type GraphNode, layOutGraph, linePath, portOf } from './graph-layout.ts'
import { ModelNode } from './model-node.tsx'
import { StageNode } from './stage-node.tsx'
import './stages.css'

interface Props {
  readonly recipe: Recipe
  /** Name of the stage whose gradient is shown. */
  readonly selected: string | null
  readonly locked: boolean
}

interface Wire {
  readonly from: GraphNode
  readonly x: number
  readonly y: number
}

/** Models flow into stages, stages into the result. A line is drawn from a node's right edge to an end of a stage. */
export const StageGraph = memo(function StageGraph({ recipe, selected, locked }: Props) {
  const [box, { width }] = useSize<HTMLDivElement>()
  const colours = useModelColours()
  const [wire, setWire] = useState<Wire | null>(null)
  const sheet = useRef<HTMLDivElement>(null)
  const layout = useMemo(() => (width === 0 ? null : layOutGraph(recipe, { width })), [recipe, width])
  const start = (node: GraphNode) => (event: PointerEvent<HTMLElement>) => {
    if (locked || event.button !== 0) return
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    setWire({ from: node, ...portOf(node, 'out') })
  }
  const draw = (event: PointerEvent<HTMLElement>): void => {
    if (wire === null || sheet.current === null) return
    const { left, top } = sheet.current.getBoundingClientRect()
    setWire({ ...wire, x: event.clientX - left, y: event.clientY - top })
  }
  const drop = (event: PointerEvent<HTMLElement>): void => {
    if (wire === null) return
    setWire(null)
    const hit = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>('[data-stage]')
    const stage = layout?.nodes.find((node) => node.stage !== null && node.reference === hit?.dataset['stage'])?.stage
    if (hit === null || hit === undefined || stage === undefined || stage === null || stage === wire.from.stage) return
    if (stage.method !== 'slerp') {
      editRecipe([{ kind: 'add-source', stage: stage.name, model: wire.from.reference }], 'add a model to a stage')
      return
    }
    const { top, height } = hit.getBoundingClientRect()
    const end = event.clientY < top + height / 2 ? 'other' : 'base'
    editRecipe([{ kind: 'set-model', stage: stage.name, end, model: wire.from.reference }], 'connect a model')
  }
  const wiring = (node: GraphNode) => ({
    onPointerDown: start(node),
    onPointerMove: draw,
    onPointerUp: drop,
    onPointerCancel: () => setWire(null),
  })
  return (
    <div ref={box} className="graph">
      {layout !== null && (
        <div ref={sheet} className="graph-sheet" style={{ height: layout.height }}>
          <svg className="graph-lines" width={width} height={layout.height} aria-hidden="true">
            {layout.edges.map(({ from, to, end }) => (
              <path
                key={`${from.reference} ${to.reference} ${end}`}
                className={to.stage?.name === selected ? 'graph-line graph-line-selected' : 'graph-line'}
                d={linePath(portOf(from, 'out'), portOf(to, end))}
                style={{ stroke: referenceColour(recipe, from.reference, colours) }}
              />
            ))}
            {wire !== null && <path className="graph-line graph-wire" d={linePath(portOf(wire.from, 'out'), wire)} />}
          </svg>
          <ul className="graph-models" aria-label="Folder of each model">
            {layout.nodes.map((node) =>
              node.stage === null ? <ModelNode key={node.reference} node={node} wiring={wiring(node)} /> : null,
            )}
          </ul>
          <ul aria-label="Stages">
            {layout.nodes.map((node) =>
              node.stage === null ? null : (
                <StageNode
                  key={node.reference}
                  node={node}
                  stage={node.stage}
                  recipe={recipe}
                  colour={referenceColour(recipe, node.reference, colours)}
                  selected={node.stage.name === selected}
                  wiring={wiring(node)}
                />
              ),
            )}
          </ul>
        </div>
      )}
    </div>
  )
})
