import { eigenOf } from './eigen.ts'

export type Point = readonly [x: number, y: number, z: number]

/** Where the directions of a job's inputs lie in space. */
export interface Directions {
  /** A unit vector for each input (shorter where the projection lost some of it); zero for an input that is zero. */
  readonly points: readonly Point[]
  /** True for up to three inputs: every angle is the true one. */
  readonly exact: boolean
  /** Part of all directions' squared length that the three dimensions hold, 0 to 1. */
  readonly kept: number
  /** The same of what the inputs differ in: of the spread about their common direction. */
  readonly spreadKept: number
}

/**
 * Directions of N vectors from their Gram matrix. N vectors span N dimensions at most: up to three are placed by the Cholesky factor of
 * their cosines, with all angles kept; more are projected onto the three main axes (eigenvectors) of their cosines.
 */
export function directionsOf(gram: Float64Array, inputs: number): Directions {
  const cosines = normalised(gram, inputs)
  return inputs <= 3 ? placed(cosines, inputs) : projected(cosines, inputs)
}

function normalised(gram: Float64Array, n: number): Float64Array {
  const norm = (i: number): number => Math.sqrt(Math.max(0, gram[i * n + i] ?? 0))
  return gram.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    const scale = norm(i) * norm(j)
    if (scale === 0) return 0
    return i === j ? 1 : Math.min(1, Math.max(-1, value / scale))
  })
}

/** Rows of the Cholesky factor; where a vector lies in the span of those before it, its own axis stays empty. */
function placed(cosines: Float64Array, n: number): Directions {
  const rows = Array.from({ length: n }, () => [0, 0, 0])
  for (const [i, row] of rows.entries()) {
    let rest = cosines[i * n + i] ?? 0
    for (let k = 0; k < i; k++) {
      const other = rows[k] ?? [0, 0, 0]
      const pivot = other[k] ?? 0
      if (pivot === 0) continue
      let inner = cosines[i * n + k] ?? 0
      for (let m = 0; m < k; m++) inner -= (row[m] ?? 0) * (other[m] ?? 0)
      row[k] = inner / pivot
      rest -= (row[k] ?? 0) ** 2
    }
    // Below this, what is left is rounding: a direction made of it would throw later ones about.
    row[i] = rest > 1e-14 ? Math.sqrt(rest) : 0
  }
  return { points: rows.map(([x = 0, y = 0, z = 0]) => [x, y, z] as const), exact: true, kept: 1, spreadKept: 1 }
}

function projected(cosines: Float64Array, n: number): Directions {
  const { values, vectors } = eigenOf(cosines, n)
  const positive = values.map((value) => Math.max(0, value))
  const all = positive.reduce((sum, value) => sum + value, 0)
  const [first = 0, second = 0, third = 0] = positive
  const axis = (k: number, i: number): number => Math.sqrt(positive[k] ?? 0) * (vectors[k]?.[i] ?? 0)
  return {
    points: Array.from({ length: n }, (_, i) => [axis(0, i), axis(1, i), axis(2, i)] as const),
    exact: false,
    kept: all > 0 ? (first + second + third) / all : 1,
    spreadKept: all - first > 1e-14 * all ? (second + third) / (all - first) : 1,
  }
}

export function lengthOf([x, y, z]: Point): number {
  return Math.hypot(x, y, z)
}

export function unit(point: Point): Point {
  const length = lengthOf(point)
  return length > 0 ? [point[0] / length, point[1] / length, point[2] / length] : [0, 0, 0]
}

export function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

export function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/** Angle between two directions in radians; as good for tiny angles as for wide ones. */
export function angleBetween(a: Point, b: Point): number {
  return Math.atan2(lengthOf(cross(a, b)), dot(a, b))
}

/** a x + b y */
export function mix(a: number, x: Point, b: number, y: Point): Point {
  return [a * x[0] + b * y[0], a * x[1] + b * y[1], a * x[2] + b * y[2]]
}
