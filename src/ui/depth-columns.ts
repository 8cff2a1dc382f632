/** A stretch of the depth axis, in CSS pixels. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Where the places of the depth axis stand. Curve, depth map and ancestry share it, so that they stand under each other. */
export interface DepthColumns {
  readonly embedding: Stretch
  readonly layers: Stretch
  readonly norm: Stretch
  readonly head: Stretch
}

/** Room to the left for what the rows are called, and to the right. */
export const GUTTER = 78
export const MARGIN = 4
/** Between the layers and what stands outside of them, and between norm and lm_head. */
const GAP = 10
/** embed_tokens, norm and lm_head: wide enough for their names, and never the greater part. */
const OUTER = 56

/** @param from, to ends of the axis: embed_tokens begins at `from`, lm_head ends at `to` */
export function depthColumns(from: number, to: number): DepthColumns {
  const outer = Math.round(Math.min(OUTER, (to - from) / 8))
  const head = { from: to - outer, to }
  const norm = { from: head.from - GAP / 2 - outer, to: head.from - GAP / 2 }
  const embedding = { from, to: from + outer }
  return { embedding, layers: { from: embedding.to + GAP, to: norm.from - GAP }, norm, head }
}

export function middleOf({ from, to }: Stretch): number {
  return (from + to) / 2
}
