/** Two-sided 95 % quantiles of Student's t for 1, 2, 3, … degrees of freedom (standard tables). */
const QUANTILES = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814]
const NORMAL = 1.959964

/** The t with 95 % of Student's distribution within ±t; between whole degrees of freedom by interpolation, at least 1 degree. */
export function studentQuantile(degreesOfFreedom: number): number {
  const degrees = Math.max(1, degreesOfFreedom)
  const below = Math.floor(degrees)
  const [low, high] = [whole(below), whole(below + 1)]
  // The quantile is nearly linear in the reciprocal of the degrees.
  return high + ((low - high) * (1 / degrees - 1 / (below + 1))) / (1 / below - 1 / (below + 1))
}

function whole(degrees: number): number {
  const listed = QUANTILES[degrees - 1]
  if (listed !== undefined) return listed
  // Cornish-Fisher expansion about the normal quantile; good to 3 digits from 10 degrees on.
  const z = NORMAL
  return z + (z ** 3 + z) / (4 * degrees) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees * degrees)
}
