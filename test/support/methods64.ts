/**
 * The methods that work on angles and norms, the slow way: float64, on whole vectors, as their authors publish them. Shares nothing with
 * the code it checks.
 */

type Vector = Float64Array

const dot = (a: Vector, b: Vector): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0)
const norm = (a: Vector): number => Math.sqrt(dot(a, a))
const minus = (a: Vector, b: Vector): Vector => a.map((x, i) => x - (b[i] as number))
const scaled = (a: Vector, c: number): Vector => a.map((x) => c * x)

export function sum64(vectors: readonly Vector[], coefficients: readonly number[]): Vector {
  const length = vectors[0]?.length ?? 0
  return Float64Array.from({ length }, (_, i) =>
    vectors.reduce((sum, vector, k) => sum + (coefficients[k] as number) * (vector[i] as number), 0),
  )
}

/** Carries out a method on the differences from a base. */
export function over64(base: Vector, vectors: readonly Vector[], method: (tasks: readonly Vector[]) => Vector): Vector {
  const made = method(vectors.map((vector) => minus(vector, base)))
  return base.map((x, i) => x + (made[i] as number))
}

export function nuslerp64([a, b]: readonly Vector[], weights: readonly number[]): Vector {
  if (a === undefined || b === undefined) throw new Error('two vectors')
  const t = (weights[1] as number) / ((weights[0] as number) + (weights[1] as number))
  const angle = Math.acos(Math.min(1, dot(a, b) / (norm(a) * norm(b))))
  return sum64([a, b], [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)])
}

/** With the way to the tangent space and back. */
export function multislerp64(vectors: readonly Vector[], given: readonly number[]): Vector {
  const total = given.reduce((a, b) => a + b, 0)
  const weights = given.map((weight) => weight / total)
  const units = vectors.map((vector) => scaled(vector, 1 / norm(vector)))
  const raw = sum64(units, weights)
  const mean = scaled(raw, 1 / norm(raw))
  const tangents = units.map((unit) => minus(unit, scaled(mean, dot(unit, mean))))
  const tangent = sum64(tangents, weights)
  const size = norm(tangent) + 1e-8
  const point = sum64([mean, tangent], [Math.cos(size), Math.sin(size) / size])
  const length = vectors.reduce((sum, vector, k) => sum + (weights[k] as number) * norm(vector), 0)
  return scaled(point, length)
}

/** Walks on until nothing moves any more. */
export function karcher64(vectors: readonly Vector[]): Vector {
  const share = 1 / vectors.length
  const units = vectors.map((vector) => scaled(vector, 1 / norm(vector)))
  let mean = sum64(
    units,
    units.map(() => share),
  )
  mean = scaled(mean, 1 / norm(mean))
  for (let step = 0; step < 200; step++) {
    const ways = units.map((unit) => {
      const angle = Math.acos(Math.min(1, dot(unit, mean)))
      const aside = minus(unit, scaled(mean, Math.cos(angle)))
      return scaled(aside, angle / norm(aside))
    })
    const way = sum64(
      ways,
      ways.map(() => share),
    )
    const size = norm(way)
    if (size < 1e-13) break
    mean = sum64([mean, way], [Math.cos(size), Math.sin(size) / size])
    mean = scaled(mean, 1 / norm(mean))
  }
  return scaled(mean, vectors.reduce((sum, vector) => sum + norm(vector), 0) * share)
}

export function modelStock64(base: Vector, vectors: readonly Vector[]): Vector {
  const tasks = vectors.map((vector) => minus(vector, base))
  const n = tasks.length
  const cosines = tasks.flatMap((a, i) => tasks.slice(i + 1).map((b) => dot(a, b) / (norm(a) * norm(b))))
  const cos = cosines.reduce((a, b) => a + b, 0) / cosines.length
  const t = (n * cos) / (1 + (n - 1) * cos)
  return sum64([base, ...vectors], [1 - t, ...vectors.map(() => t / n)])
}
