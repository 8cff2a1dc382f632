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
/** The column of shares, after the stages. */
export const SHARE_WIDTH = 150
/** Order, name and size. */
const FIRST_WIDTH = 44 + 260 + 76

/**
 * As wide as the longest shape and dtype need; a narrower place scrolls sideways, with the name in view.
 * @returns the table's style, and the width of what stands before the stages
 */
export function tableWidths(plan: Plan, stages: number): { readonly style: CSSProperties; readonly first: number } {
  const changes = plan.jobs.some((job) => job.sources.some(({ tensor }) => tensor.dtype !== job.dtype))
  const dtype = changes ? 110 : 64
  const shape = 22 + 8 * Math.max(5, ...plan.jobs.map((job) => formatShape(job.shape).length))
  const columns: Record<`--${string}`, string> = { '--dtype-width': `${dtype}px`, '--shape-width': `${shape}px` }
  const first = FIRST_WIDTH + shape + dtype
  return { style: { ...columns, minWidth: first + STAGE_WIDTH * stages + SHARE_WIDTH }, first }
}

/** Where the columns of a stage stand, in pixels from the left edge of a table that scrolls sideways. @param first width before the stages */
export function stageSpan(first: number, stage: number): readonly [left: number, right: number] {
  return [first + STAGE_WIDTH * stage, first + STAGE_WIDTH * (stage + 1)]
}

/** The stages that any tensor has, in order of first use, with the result last. */
export function stageLabels(plan: Plan): readonly string[] {
  const labels = plan.jobs.flatMap((job) => job.stages.map((stage) => stage.label ?? ''))
  return [...new Set(labels.filter((label) => label !== '')), '']
}
