/**
 * Draws a token from logits: the most probable one at temperature 0, else one by the probabilities of the logits divided by it.
 * @param random a number from 0 to 1, 1 excluded
 * @returns null where no logit is a number, as NaN among the weights makes them
 */
export function sampleToken(logits: Float32Array, temperature: number, random: number): number | null {
  let best = -1
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token] ?? Number.NaN
    if (logit > (best < 0 ? -Infinity : (logits[best] ?? 0))) best = token
  }
  if (best < 0) return null
  if (temperature <= 0) return best
  const most = logits[best] ?? 0
  const weights = Float64Array.from(logits, (logit) => {
    const weight = Math.exp((logit - most) / temperature)
    return Number.isNaN(weight) ? 0 : weight
  })
  let left = random * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [token, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return token
  }
  return best
}
