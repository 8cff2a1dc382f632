import { type Dialect, type Place, tensorT } from '../../recipe/dialect.ts'
import type { Gradient, RecipeStage } from '../../recipe/recipe.ts'
import type { LaneUse, OuterUse, Section, StageUse } from './lane-use.ts'
import { lanesAt } from './lane-use.ts'

/** t of a lane at each layer; NaN at layers of which no tensor takes its t from it. */
export function curveOf(value: Gradient, use: LaneUse, sections: readonly Section[], dialect: Dialect): number[] {
  const curve = use.layers.map(() => Number.NaN)
  for (const { slice, from, to } of sections) {
    if (use.ref.slice !== null && use.ref.slice !== slice) continue
    for (let layer = from; layer < Math.min(to, curve.length); layer++) {
      if (use.layers[layer] !== true) continue
      curve[layer] = tensorT(dialect, value, { kind: 'layer', layer: layer - from, layers: to - from })
    }
  }
  return curve
}

/** t of a place that is no layer. */
export function outerT(stage: RecipeStage, { kind, owner }: OuterUse, dialect: Dialect): number | null {
  const lane = owner === null ? undefined : lanesAt(stage, owner)[owner.lane]
  const place: Place = { kind }
  return lane === undefined ? null : tensorT(dialect, lane.value, place)
}

/** The section in which the points of a lane are drawn: that of its slice, or the first. */
export function sectionOf(use: LaneUse, { sections }: StageUse): Section | undefined {
  return sections.find(({ slice }) => slice === use.ref.slice) ?? sections[0]
}

/** Depth, 0 to 1, of a point within its section. A single point holds everywhere and stands in the middle. */
export function pointDepth(index: number, count: number): number {
  return count < 2 ? 0.5 : index / (count - 1)
}
