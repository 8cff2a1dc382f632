import type { FloatDType } from '../../tensor/dtype.ts'
import type { CountRequest } from '../elementwise/program.ts'
import { bracketLength } from '../elementwise/reference-count.ts'
import type { BlendProgram, Engine, GramPart, GramRequest, Tile } from '../engine.ts'
import type { ElementCase } from './element-cases.ts'

export async function gramOf(engine: Engine, tile: Tile, request: GramRequest): Promise<GramPart> {
  const loaded = engine.load(tile, dtypesOf(request.inputs))
  try {
    return await engine.gram(loaded, request)
  } finally {
    engine.unload(loaded)
  }
}

export async function blendOf(engine: Engine, tile: Tile, program: BlendProgram): Promise<Uint8Array> {
  const loaded = engine.load(tile, dtypesOf(program.inputs))
  try {
    return await engine.blend(loaded, program)
  } finally {
    engine.unload(loaded)
  }
}

function dtypesOf(inputs: readonly { dtype: FloatDType }[]): FloatDType[] {
  return inputs.map((input) => input.dtype)
}

/** The first place where two results differ, in words; null where they are the same to the bit. */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): string | null {
  if (a.length !== b.length) return `lengths ${a.length} and ${b.length}`
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return `at ${i}: ${a[i]} and ${b[i]}`
  return null
}

export function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.NaN
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)))
  return largest
}

export function gramDifference(a: GramPart, b: GramPart): string | null {
  for (const key of ['gram', 'gramLow', 'sums', 'sumsLow', 'nan', 'infinite'] as const) {
    const difference = firstDifference(a[key], b[key])
    if (difference) return `${key} ${difference}`
  }
  return null
}

/** Counts of brackets, with the bits that were found in ascending order; where there was no room for all, any of them are right. */
function inOrder({ what }: CountRequest, counts: Uint32Array): Uint32Array {
  if (typeof what === 'string' || !('within' in what)) return counts
  let at = 0
  for (const bracket of what.within.flat()) {
    const end = at + bracketLength(bracket, what.room)
    const bits = counts.subarray(at + 2 + bracket.single.length, end)
    if ((counts[at + 1] ?? 0) > what.room) bits.fill(0)
    else bits.sort()
    at = end
  }
  return counts
}

/** Where two engines differ over an element-wise case; null where they do not. */
export async function elementDifference(a: Engine, b: Engine, one: ElementCase): Promise<string | null> {
  const { tile, program, counts, sums } = one
  const dtypes = dtypesOf(program.inputs)
  const answers: (readonly [string, ArrayLike<number>])[][] = []
  for (const engine of [a, b]) {
    const loaded = engine.load(tile, dtypes)
    try {
      const found: (readonly [string, ArrayLike<number>])[] = []
      for (const request of counts)
        found.push([`count ${JSON.stringify(request.what)}`, inOrder(request, await engine.count(loaded, request))])
      for (const request of sums) {
        const { all, kept } = await engine.sum(loaded, request)
        found.push(['sum of all', all], ['sum of what stays', kept])
      }
      found.push(['divergences', await engine.divergences(loaded, one.divergence)])
      found.push(['products', await engine.products(loaded, one.product)])
      found.push(['rank', await engine.rank(loaded, one.rank)])
      found.push([`map ${program.rule.kind} to ${program.round}`, await engine.map(loaded, program)])
      answers.push(found)
    } finally {
      engine.unload(loaded)
    }
  }
  for (const [i, [what, values]] of (answers[0] ?? []).entries()) {
    const difference = firstDifference(values, answers[1]?.[i]?.[1] ?? [])
    if (difference !== null) return `${what}: ${difference}`
  }
  return null
}
