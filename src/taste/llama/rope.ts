import type { LlamaConfig } from './llama-config.ts'

/**
 * Cosines and sines of the angles by which each position turns each pair of a head's numbers (Su et al. 2021; scaled as Llama 3.1 does).
 * @returns `positions` rows of headSize / 2 numbers each
 */
export function ropeTables(config: LlamaConfig, positions: number): { cos: Float32Array; sin: Float32Array } {
  const frequencies = ropeFrequencies(config)
  const half = frequencies.length
  const cos = new Float32Array(positions * half)
  const sin = new Float32Array(positions * half)
  for (let position = 0; position < positions; position++) {
    for (const [l, frequency] of frequencies.entries()) {
      const angle = position * frequency
      cos[position * half + l] = Math.cos(angle)
      sin[position * half + l] = Math.sin(angle)
    }
  }
  return { cos, sin }
}

/** Radians a position, by pair. */
function ropeFrequencies({ headSize, ropeTheta, ropeScaling }: LlamaConfig): number[] {
  const plain = Array.from({ length: headSize / 2 }, (_, l) => Math.fround(ropeTheta ** ((-2 * l) / headSize)))
  if (ropeScaling.kind === 'default') return plain
  if (ropeScaling.kind === 'linear') return plain.map((frequency) => frequency / ropeScaling.factor)
  const { factor, lowFrequency, highFrequency, originalContext } = ropeScaling
  return plain.map((frequency) => {
    // Waves that the old context saw less than `lowFrequency` times are stretched, quick ones stay, and between lies a ramp.
    const turns = (originalContext * frequency) / (2 * Math.PI)
    const kept = Math.min(1, Math.max(0, (turns - lowFrequency) / (highFrequency - lowFrequency)))
    return (1 - kept) * (frequency / factor) + kept * frequency
  })
}
