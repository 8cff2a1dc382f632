import { referencesOf } from '../../recipe/order.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { allStages, endsOf, stageOf } from '../editor/stage-ends.ts'
import type { Size } from '../editor/use-size.ts'

const ROW = 38
const NODE_HEIGHT = 30
const MAX_NODE = 230
const MIN_GAP = 18
/** How much of the width a column gets: the names of models are the longest, the result's is short. */
const SHARES = { models: 1.2, stages: 1.15, result: 0.7 }

export interface GraphNode {
  /** The model or stage as the recipe names it; the empty text is the stage without a name. */
  readonly reference: string
  /** Null for a model. */
  readonly stage: RecipeStage | null
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface GraphEdge {
  readonly from: GraphNode
  readonly to: GraphNode
  /** Which input it is: the other end is the upper one, as in the curve; null where the stage is no slerp. */
  readonly end: 'base' | 'other' | null
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly height: number
}

/** Models to the left, each stage right of all it uses, the result last. Any graph without circles has a place. */
export function layOutGraph(recipe: Recipe, { width }: Pick<Size, 'width'>): GraphLayout {
  const stages = allStages(recipe)
  const models = [
    ...new Set([
      ...recipe.models,
      ...recipe.unused.flatMap(referencesOf).filter((reference) => stageOf(recipe, reference) === null),
    ]),
  ]
  const columns: { reference: string; stage: RecipeStage | null }[][] = [
    models.map((reference) => ({ reference, stage: null })),
  ]
  const ranks = new Map<RecipeStage, number>()
  const rankOf = (stage: RecipeStage, depth: number): number => {
    const known = ranks.get(stage)
    if (known !== undefined) return known
    const used = referencesOf(stage).flatMap((reference) => stageOf(recipe, reference) ?? [])
    const rank = depth > 100 ? 1 : 1 + Math.max(0, ...used.map((each) => rankOf(each, depth + 1)))
    ranks.set(stage, rank)
    return rank
  }
  for (const stage of stages) {
    const rank = rankOf(stage, 0)
    while (columns.length <= rank) columns.push([])
    columns[rank]?.push({ reference: stage.name ?? '', stage })
  }
  const rows = Math.max(...columns.map(({ length }) => length))
  const height = rows * ROW + 6
  const shares = columns.map((column, rank) =>
    rank === 0 ? SHARES.models : column.every(({ reference }) => reference === '') ? SHARES.result : SHARES.stages,
  )
  const unit = (width - MIN_GAP * (columns.length - 1)) / shares.reduce((sum, share) => sum + share, 0)
  const widths = shares.map((share) => Math.min(MAX_NODE, share * unit))
  const taken = widths.reduce((sum, each) => sum + each, 0)
  const gap = columns.length < 2 ? 0 : (width - taken) / (columns.length - 1)
  const lefts = widths.map((_, rank) => widths.slice(0, rank).reduce((sum, each) => sum + each + gap, 0))
  const nodes = columns.flatMap((column, rank) =>
    column.map(({ reference, stage }, row): GraphNode => {
      const y = (height * (row + 0.5)) / column.length - NODE_HEIGHT / 2
      return { reference, stage, x: lefts[rank] ?? 0, y, width: widths[rank] ?? 0, height: NODE_HEIGHT }
    }),
  )
  return { nodes, edges: nodes.flatMap((to) => edgesTo(to, nodes, recipe)), height }
}

function edgesTo(to: GraphNode, nodes: readonly GraphNode[], recipe: Recipe): GraphEdge[] {
  if (to.stage === null) return []
  const ends = endsOf(to.stage)
  return referencesOf(to.stage).flatMap((reference): GraphEdge[] => {
    const name = stageOf(recipe, reference)?.name ?? reference
    const from = nodes.find((node) => node.reference === name)
    if (from === undefined) return []
    const end = ends === null ? null : reference === ends.base ? 'base' : reference === ends.other ? 'other' : null
    return [{ from, to, end }]
  })
}

/** Where a line leaves or enters a node. */
export function portOf(
  node: GraphNode,
  port: 'out' | 'base' | 'other' | null,
): { readonly x: number; readonly y: number } {
  if (port === 'out') return { x: node.x + node.width, y: node.y + node.height / 2 }
  const share = port === 'other' ? 0.27 : port === 'base' ? 0.73 : 0.5
  return { x: node.x, y: node.y + node.height * share }
}

/** A line from left to right with level ends. */
export function linePath(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const bend = Math.max(14, Math.abs(to.x - from.x) / 2)
  return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`
}
