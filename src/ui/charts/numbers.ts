/** What is shown where nothing is known or nothing applies. */
export const NONE = '–'

/** 0.4532 → `45.3 %` */
export function formatShare(value: number): string {
  return Number.isNaN(value) ? NONE : `${(100 * value).toFixed(1)}\u00a0%`
}

/** t with four digits, as the recipe's lists are read. */
export function formatT(value: number): string {
  return Number.isNaN(value) ? NONE : value.toFixed(4)
}

/** Degrees: two digits more than anyone can see, fewer for wide angles. */
export function formatAngle(degrees: number): string {
  return Number.isNaN(degrees) ? NONE : `${degrees.toFixed(degrees < 10 ? 3 : 2)}°`
}

/** A cosine; near 1 with as many digits as tell it from 1. */
export function formatCos(cos: number): string {
  return Number.isNaN(cos) ? NONE : cos.toFixed(Math.abs(cos) > 0.999 ? 6 : 4)
}

/** A change with its sign: `+0.012 %`. */
export function formatDrift(value: number): string {
  if (Number.isNaN(value)) return NONE
  const percent = 100 * value
  const digits = Math.abs(percent) < 1 ? 3 : 2
  const text = Math.abs(percent).toFixed(digits)
  return `${Number(text) === 0 ? '' : percent < 0 ? '−' : '+'}${text}\u00a0%`
}

export function formatDifference(value: number): string {
  return Number.isNaN(value) ? NONE : `${(100 * value).toFixed(2)}\u00a0%`
}

/** A norm in four digits. */
export function formatNorm(value: number): string {
  if (Number.isNaN(value)) return NONE
  return value !== 0 && (value >= 1e5 || value < 1e-3) ? value.toExponential(3) : value.toPrecision(4)
}

/** Every digit of a float64, so that it can be read back without loss. */
export function formatExactly(value: number): string {
  return Number.isNaN(value) ? NONE : String(value)
}
