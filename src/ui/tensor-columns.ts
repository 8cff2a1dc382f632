import type { CSSProperties } from 'react'
import type { Plan } from '../plan/plan.ts'
import { formatShape } from './format.ts'

/** Columns of one stage of the table, with their widths in pixels. */
export const STAGE_COLUMNS = [
  { key: 't', name: 't, inputs', width: 188 },
  { key: 'angle', name: 'Angle', width: 158 },
  { key: 'coefficients', name: 'Coefficients', width: 168 },
  { key: 'norm', name: 'Norm, rounding', width: 122 },
  { key: 'drift', name: 'Drift, |difference|', width: 128 },
] as const
export type StageColumn = (typeof STAGE_COLUMNS)[number]['key']

const STAGE_WIDTH = STAGE_COLUMNS.reduce((sum, { width }) => sum + width, 0)
/** Order, name and shares stand before the stages. */
const [ORDER_WIDTH, NAME_WIDTH, SHARE_WIDTH] = [44, 260, 150]
const SIZE_WIDTH = 76

/**
 * The columns as a grid, as wide as the longest shape and dtype need; a narrower place scrolls sideways, with the name in view.
 * @returns the table's style, and the width of what stands before the stages
 */
export function tableWidths(plan: Plan, stages: number): { readonly style: CSSProperties; readonly first: number } {
  const changes = plan.jobs.some((job) => job.sources.some(({ tensor }) => tensor.dtype !== job.dtype))
  const dtype = changes ? 110 : 64
  const shape = 22 + 8 * Math.max(5, ...plan.jobs.map((job) => formatShape(job.shape).length))
  const perStage = STAGE_COLUMNS.map(({ width }) => `${width}px`).join(' ')
  const columns: Record<`--${string}`, string> = {
    '--columns': `${ORDER_WIDTH}px minmax(${NAME_WIDTH}px, 1fr) ${SHARE_WIDTH}px repeat(${stages}, ${perStage}) ${shape}px ${dtype}px ${SIZE_WIDTH}px`,
  }
  const first = ORDER_WIDTH + NAME_WIDTH + SHARE_WIDTH
  return { style: { ...columns, minWidth: first + STAGE_WIDTH * stages + shape + dtype + SIZE_WIDTH }, first }
}

/**
 * The stages whose columns are in view of a table that scrolls sideways.
 * @param first width before the stages
 */
export function stagesInView(
  first: number,
  { scrollLeft, clientWidth }: Pick<Element, 'scrollLeft' | 'clientWidth'>,
): readonly [first: number, last: number] {
  const at = (x: number): number => Math.floor((x - first) / STAGE_WIDTH)
  return [at(scrollLeft), at(scrollLeft + clientWidth)]
}

/** The stages that any tensor has, in order of first use, with the result last. */
export function stageLabels(plan: Plan): readonly string[] {
  const labels = plan.jobs.flatMap((job) => job.stages.map((stage) => stage.label ?? ''))
  return [...new Set(labels.filter((label) => label !== '')), '']
}
