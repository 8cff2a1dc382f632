import { anchored, type JobGrams, type SegmentGram } from './grams.ts'

/**
 * Below this |x_i - x_0|^2 / |x_0|^2, the rounding of an engine's sums (up to 4e-8 of |x|^2, over fewer sums in small tensors) tells less of
 * the difference than a sample of it.
 */
const CANCELLING = 1e-6

/** The exact Gram matrices where there are some; for differences of nearly equal inputs with the help of sampled ones. */
export function bestGrams(exact: JobGrams | null, sampled: JobGrams | null): JobGrams | null {
  if (exact === null || sampled === null || exact.length !== sampled.length) return exact ?? sampled
  return exact.map((segment, index) => withSampledDifferences(segment, sampled[index] as SegmentGram))
}

function withSampledDifferences(exact: SegmentGram, sampled: SegmentGram): SegmentGram {
  const inputs = exact.sums.length
  const base = exact.gram[0] ?? 0
  const sampledBase = sampled.gram[0] ?? 0
  if (exact.differences !== null || inputs < 2 || sampledBase <= 0) return exact
  const own = anchored(exact, inputs)
  const cancelling = Array.from({ length: inputs - 1 }, (_, k) => own[(k + 1) * (inputs + 1)] ?? 0).some(
    (square) => square < CANCELLING * base,
  )
  if (!cancelling) return exact
  const scale = base / sampledBase
  return { ...exact, differences: anchored(sampled, inputs).map((value) => value * scale) }
}
