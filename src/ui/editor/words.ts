/** t as a person reads it: two decimals, more where they say something. */
export function formatT(t: number): string {
  if (t !== 0 && Math.abs(t) < 0.001) return String(Number(t.toPrecision(3)))
  const rounded = Number(t.toFixed(4))
  return Math.abs(rounded * 100 - Math.round(rounded * 100)) < 1e-9 ? rounded.toFixed(2) : String(rounded)
}

/** What a t means, in words: `mostly Mythospice`. */
export function mixtureInWords(t: number, base: string, other: string): string {
  if (t < 0) return `beyond ${base}`
  if (t > 1) return `beyond ${other}`
  if (t === 0) return `all ${base}`
  if (t === 1) return `all ${other}`
  if (t > 0.45 && t < 0.55) return `about half ${base}, half ${other}`
  return `mostly ${t < 0.5 ? base : other}`
}
