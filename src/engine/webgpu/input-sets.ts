/** Inputs that one dispatch of the gram kernel takes. */
const KERNEL_INPUTS = 4

/** Sets of at most four inputs that hold every pair: all of them, or the unions of two couples. */
export function inputSets(inputs: number): number[][] {
  const all = Array.from({ length: inputs }, (_, i) => i)
  if (inputs <= KERNEL_INPUTS) return [all]
  const couples = all.filter((i) => i % 2 === 0).map((i) => all.slice(i, i + 2))
  return couples.flatMap((a, i) => couples.slice(i + 1).map((b) => [...a, ...b]))
}
