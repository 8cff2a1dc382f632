import { expect, test } from 'vitest'
import { createWasmEngine } from '../src/engine/index.ts'
import type { ModelFolder } from '../src/formats/checkpoint.ts'
import { encodeSafetensorsHeader } from '../src/formats/safetensors-header.ts'
import { mergeInMemory } from './support/merge-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

/**
 * A large tensor beside the same SLERP in float64, written out below and sharing nothing with the kernels. `npm run accuracy` takes the
 * embedding of Llama 2 7B, of 131 million elements; float32 sums, as other tools have them, drift at that size.
 */
const LONG = import.meta.env['VITE_ACCURACY_ELEMENTS'] !== undefined
const ROWS = LONG ? Number(import.meta.env['VITE_ACCURACY_ELEMENTS']) / 4096 : 512
const COLUMNS = 4096
const T = 0.3
const NAME = 'model.embed_tokens.weight'
/** What a merge must reach: this share of the elements exactly, and the others by one unit of the last place. */
const EXACT_SHARE = 0.998

/** BF16 weights of a few hundredths; `own` mixes in what the fine-tune has for itself. */
function weights(seed: number, own: number): Uint16Array<ArrayBuffer> {
  const bits = new Uint16Array(ROWS * COLUMNS)
  const float = new Float32Array(1)
  const word = new Uint32Array(float.buffer)
  let [shared, apart] = [12345, seed]
  for (let i = 0; i < bits.length; i++) {
    shared = (Math.imul(shared, 1664525) + 1013904223) >>> 0
    apart = (Math.imul(apart, 1103515245) + 12345) >>> 0
    float[0] = ((shared >>> 8) / 2 ** 24 - 0.5 + own * ((apart >>> 8) / 2 ** 24 - 0.5)) * 0.08
    bits[i] = ((word[0] as number) + 0x8000) >>> 16
  }
  return bits
}

function folder(name: string, bits: Uint16Array<ArrayBuffer>): ModelFolder {
  const info = { name: NAME, dtype: 'BF16' as const, shape: [ROWS, COLUMNS], byteLength: bits.byteLength }
  const files = new Map([
    ['model.safetensors', new Blob([encodeSafetensorsHeader([info]).header, bits])],
    ['config.json', new Blob(['{}'])],
  ])
  return { name, files }
}

const float = new Float32Array(1)
const word = new Uint32Array(float.buffer)

function decoded(bits: number): number {
  word[0] = bits << 16
  return float[0] as number
}

/** To the nearest BF16, ties to even, straight from float64: by way of an F32 it would be rounded twice. */
function toBF16(x: number): number {
  float[0] = x
  let near = (word[0] as number) & 0xffff0000
  const step = (at: number, by: number): number => {
    word[0] = at + by
    return float[0] as number
  }
  const toward = Math.abs(step(near, 0)) <= Math.abs(x) ? 0x10000 : -0x10000
  const [here, there] = [Math.abs(x - step(near, 0)), Math.abs(step(near, toward) - x)]
  if (there < here || (there === here && ((near >>> 16) & 1) === 1)) near = (near + toward) >>> 0
  return near >>> 16
}

test(`a tensor of ${(ROWS * COLUMNS) / 2 ** 20} Mi elements is the float64 result but for a few last bits`, async () => {
  const [a, b] = [weights(1, 0.5), weights(2, 0.5)]
  const recipe = `merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: ${T}}\ndtype: bfloat16\n`
  const engine = await createWasmEngine()
  const began = performance.now()
  const settings = { ...SETTINGS, memoryBudget: 2 ** 28 }
  const { files, plan } = await mergeInMemory(recipe, [folder('a', a), folder('b', b)], settings, engine)
  const seconds = (performance.now() - began) / 1000
  engine.destroy()
  const [job] = plan.jobs
  const [shard] = plan.shards
  const merged = files.get(shard?.name ?? '')
  if (job === undefined || merged === undefined) throw new Error('nothing was merged')
  const found = new Uint16Array(merged.buffer, job.offset, ROWS * COLUMNS)

  let [aa, ab, bb] = [0, 0, 0]
  const narrow = { aa: 0, ab: 0, bb: 0 }
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [decoded(a[i] as number), decoded(b[i] as number)]
    aa += x * x
    ab += x * y
    bb += y * y
    narrow.aa = Math.fround(narrow.aa + Math.fround(x * x))
    narrow.ab = Math.fround(narrow.ab + Math.fround(x * y))
    narrow.bb = Math.fround(narrow.bb + Math.fround(y * y))
  }
  const exact = countDifferences(a, b, found, coefficients(aa, ab, bb))
  expect(exact.far, 'by more than one unit').toBe(0)
  expect(exact.same / a.length).toBeGreaterThanOrEqual(EXACT_SHARE)
  if (!LONG) return
  const drifted = countDifferences(a, b, found, coefficients(narrow.aa, narrow.ab, narrow.bb))
  const share = ({ same }: { same: number }) => `${((100 * same) / a.length).toFixed(4)} %`
  console.log(
    `${a.length} elements in ${seconds.toFixed(1)} s; equal to the float64 result ${share(exact)}, off by one unit ${a.length - exact.same}, by more ${exact.far}; with sums in float32, one after the other, ${share(drifted)} would be equal (norm ${(Math.sqrt(narrow.aa / aa) - 1).toExponential(1)})`,
  )
})

function coefficients(aa: number, ab: number, bb: number): readonly [number, number] {
  const angle = Math.acos(ab / Math.sqrt(aa * bb))
  return [Math.sin((1 - T) * angle) / Math.sin(angle), Math.sin(T * angle) / Math.sin(angle)]
}

function countDifferences(
  a: Uint16Array,
  b: Uint16Array,
  found: Uint16Array,
  [ca, cb]: readonly [number, number],
): { same: number; far: number } {
  let [same, far] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const value = ca * decoded(a[i] as number) + cb * decoded(b[i] as number)
    const bits = toBF16(value)
    const distance = Math.abs((bits & 0x7fff) - ((found[i] as number) & 0x7fff))
    if (bits === found[i]) same++
    else if (distance > 1 || (bits >>> 15 !== (found[i] as number) >>> 15 && value !== 0)) far++
  }
  return { same, far }
}
