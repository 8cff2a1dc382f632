import type { Operand } from '../plan/plan.ts'
import { angleBetween, cross, directionsOf, dot, lengthOf, mix, type Point, unit } from './directions.ts'
import { type JobGrams, overRows } from './grams.ts'
import { quadratic, root } from './inner-product.ts'
import type { PlanGeometry } from './plan-geometry.ts'
import { operandVector } from './tensor-geometry.ts'

/** Something with a direction: an original of the tensor, a stage's result, the final result. */
export interface SpherePoint {
  readonly kind: 'model' | 'stage' | 'result'
  /** Checkpoint of the plan, for an original. */
  readonly checkpoint: number | null
  /** The input or the stage of the job that it is. */
  readonly of: Operand
  /** Name of the stage; null for originals. */
  readonly label: string | null
  /** True direction: a unit vector in the sphere's frame (x to the right, y up, z towards the eye). */
  readonly direction: Point
  /** Where it is drawn on the unit sphere: `magnification` times as far from the centre. */
  readonly shown: Point
  readonly norm: number
}

/** The way of a slerp (or lerp) from its first operand to its second. */
export interface SphereArc {
  /** Stage of the job. */
  readonly stage: number
  /** Angle between the ends in radians, as the table has it. */
  readonly angle: number
  /** x, y, z of points on the unit sphere, as drawn, from the first operand (t 0) to the second (t 1). */
  readonly shown: Float64Array
}

export interface Sphere {
  readonly points: readonly SpherePoint[]
  readonly arcs: readonly SphereArc[]
  /** Angles from the centre are drawn this many times as wide; 1 is true to scale. */
  readonly magnification: number
  /** Largest angle between an original and the centre, the mean of the originals' directions, in radians. */
  readonly spread: number
  /** False where more than three inputs were projected onto three dimensions. */
  readonly exact: boolean
  /** Parts that the projection keeps: of all, and of what the inputs differ in (see Directions). */
  readonly kept: number
  readonly spreadKept: number
}

/** How far from the centre the outermost original is drawn, in radians. */
const REACH = 0.9
/** Pieces of a drawn arc. */
const ARC_PIECES = 24

/**
 * The directions of a tensor's originals, of its stages and of the result on a sphere: exact for up to three inputs, projected beyond.
 * All are compared over the rows of the result, so that a stage with more rows (a longer vocabulary) may differ slightly from the table.
 * The frame depends on the originals alone: nothing but the stages moves while t does.
 *
 * @returns null where nothing is known of the tensor, or where it has a single input
 */
export function sphereOf(geometry: PlanGeometry, job: number, grams: JobGrams | null): Sphere | null {
  const planned = geometry.layout.jobs[job]
  const last = planned?.stages.at(-1)
  if (planned === undefined || last === undefined || grams === null || planned.inputs.length < 2) return null
  const n = planned.inputs.length
  const gram = overRows(planned, grams, last.rows).fine
  const { points, exact, kept, spreadKept } = directionsOf(gram, n)
  const norms = points.map((_, i) => root(gram[i * n + i] ?? 0))
  const turn = frameOf(points)
  const at = (vector: Float64Array): Point => {
    let sum: Point = [0, 0, 0]
    for (let i = 0; i < n; i++) sum = mix(1, sum, (vector[i] ?? 0) * (norms[i] ?? 0), points[i] ?? [0, 0, 0])
    return turn(sum)
  }
  const spread = Math.max(0, ...points.map((point) => fromCentre(unit(turn(point)))))
  const magnification = spread > 0 ? Math.max(1, REACH / spread) : 1
  const place = (of: Operand, rest: Pick<SpherePoint, 'kind' | 'checkpoint' | 'label'>): SpherePoint => {
    const vector = operandVector(geometry, job, of)
    const direction = unit(at(vector))
    return {
      ...rest,
      of,
      direction,
      shown: magnify(direction, magnification),
      norm: root(quadratic(vector, 0, gram, vector, 0, n)),
    }
  }
  return {
    points: [
      ...planned.inputs.map(({ source }, input) =>
        place({ input }, { kind: 'model', checkpoint: planned.sources[source]?.checkpoint ?? null, label: null }),
      ),
      ...planned.stages.flatMap(({ label }, stage) =>
        label === null || isUnknown(geometry, job, { stage })
          ? []
          : [
              place(
                { stage },
                { kind: stage === planned.stages.length - 1 ? 'result' : 'stage', checkpoint: null, label },
              ),
            ],
      ),
    ],
    arcs: planned.stages.flatMap(({ operands }, stage): SphereArc[] => {
      const [a, b] = operands
      if (operands.length !== 2 || a === undefined || b === undefined) return []
      if (isUnknown(geometry, job, a) || isUnknown(geometry, job, b)) return []
      const [from, to] = [unit(at(operandVector(geometry, job, a))), unit(at(operandVector(geometry, job, b)))]
      const angle = geometry.angle[(geometry.layout.stageStart[job] ?? 0) + stage] ?? Number.NaN
      return [{ stage, angle, shown: arc(from, to, magnification) }]
    }),
    magnification,
    spread,
    exact,
    kept,
    spreadKept,
  }
}

/** True of what was made element by element: it is no combination of the originals, and lies outside of their span. */
function isUnknown(geometry: PlanGeometry, job: number, of: Operand): boolean {
  return operandVector(geometry, job, of).some(Number.isNaN)
}

/** Turns the originals' mean direction to the eye (z) and the first original to the left, so that the picture stands still. */
function frameOf(points: readonly Point[]): (point: Point) => Point {
  const z = unit(points.reduce<Point>((sum, point) => mix(1, sum, 1, unit(point)), [0, 0, 0]))
  const first = points[0] ?? z
  const aside = mix(1, first, -dot(first, z), z)
  const x = lengthOf(aside) > 1e-12 ? unit([-aside[0], -aside[1], -aside[2]]) : anyAcross(z)
  const y = cross(z, x)
  return (point) => [dot(point, x), dot(point, y), dot(point, z)]
}

function anyAcross(z: Point): Point {
  const axis: Point = Math.abs(z[0]) < 0.5 ? [1, 0, 0] : [0, 1, 0]
  return unit(mix(1, axis, -dot(axis, z), z))
}

function fromCentre(direction: Point): number {
  return lengthOf(direction) === 0 ? 0 : angleBetween([0, 0, 1], direction)
}

/** The same way out from the centre, `factor` times as far (at most to the far side). */
function magnify(direction: Point, factor: number): Point {
  if (lengthOf(direction) === 0) return direction
  const out = Math.min(Math.PI, fromCentre(direction) * factor)
  const aside = Math.hypot(direction[0], direction[1])
  if (aside === 0) return direction
  const s = Math.sin(out) / aside
  return [s * direction[0], s * direction[1], Math.cos(out)]
}

/** The great circle between two directions, drawn: each point of it is magnified for itself. */
function arc(from: Point, to: Point, magnification: number): Float64Array {
  const angle = angleBetween(from, to)
  const shown = new Float64Array(3 * (ARC_PIECES + 1))
  for (let k = 0; k <= ARC_PIECES; k++) {
    const s = k / ARC_PIECES
    const point =
      angle < 1e-9
        ? mix(1 - s, from, s, to)
        : mix(Math.sin((1 - s) * angle) / Math.sin(angle), from, Math.sin(s * angle) / Math.sin(angle), to)
    shown.set(magnify(unit(point), magnification), 3 * k)
  }
  return shown
}
