import { expect, test } from 'vitest'
import type { ModelFolder } from '../src/formats/checkpoint.ts'
import { cosine64, fromBits, roundTo, slerp64, toBits } from './support/float64.ts'
import { mergeInMemory, valuesOf } from './support/merge-in-memory.ts'
import { llama, modelFolder, randomNumbers } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const EMBEDDING = 'model.embed_tokens.weight'
const COLUMNS = 24

function embeddingModel(name: string, rows: number, values: Float64Array): ModelFolder {
  return modelFolder(name, [{ name: EMBEDDING, dtype: 'BF16', shape: [rows, COLUMNS], values }])
}

const TWO_STAGES = (finalDtype: string) => `
name: one
merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: 0.35}
dtype: bfloat16
---
name: two
merge_method: slerp
base_model: b
models: [{model: b}, {model: c}]
parameters: {t: 0.6}
dtype: bfloat16
---
merge_method: slerp
base_model: one
models: [{model: one}, {model: two}]
parameters: {t: 0.5}
dtype: ${finalDtype}
`

test.each([2 ** 30, 1])(
  'three vocabularies through two stages agree with stage-by-stage float64 (budget %d)',
  async (memoryBudget) => {
    const next = randomNumbers(7)
    const shared = Float64Array.from({ length: 48 * COLUMNS }, next)
    // Rows beyond the common ones are far off, so that sums over the wrong rows would be seen.
    const make = (rows: number) =>
      Float64Array.from({ length: rows * COLUMNS }, (_, i) =>
        roundTo((shared[i] as number) * (i >= 40 * COLUMNS ? 9 : 1) + 0.7 * next(), 'BF16'),
      )
    const [a, b, c] = [make(48), make(44), make(40)]
    const { checkpoint, plan } = await mergeInMemory(
      TWO_STAGES('bfloat16'),
      [embeddingModel('a', 48, a), embeddingModel('b', 44, b), embeddingModel('c', 40, c)],
      { ...SETTINGS, memoryBudget },
    )
    expect(plan.jobs[0]?.segments.map(({ from, to }) => [from, to])).toEqual([
      [0, 40],
      [40, 44],
    ])
    const rows = (values: Float64Array, count: number) => values.slice(0, count * COLUMNS)
    const one = slerp64(rows(a, 44), b, 0.35, 'BF16')
    const two = slerp64(rows(b, 40), c, 0.6, 'BF16')
    const expected = slerp64(rows(one, 40), two, 0.5, 'BF16')
    const found = await valuesOf(checkpoint, EMBEDDING)
    const exact = found.filter((x, i) => x === expected[i]).length
    expect(exact / expected.length).toBeGreaterThan(0.996)
    const worst = Math.max(
      ...found.map((x, i) => Math.abs(x - (expected[i] as number)) / Math.abs(expected[i] as number)),
    )
    expect(worst).toBeLessThan(2 ** -6)
  },
)

test('a later stage at the threshold takes the branch that its rounded inputs ask for', async () => {
  const next = randomNumbers(11)
  const count = 600 * COLUMNS
  const [base, noise, other] = [0, 1, 2].map(() => Float64Array.from({ length: count }, next)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const unrounded = (a: Float64Array, b: Float64Array, t: number) => slerp64(a, b, t, 'F32')
  const models = (amount: number) => {
    const round = (values: Float64Array) => values.map((x) => roundTo(x, 'BF16'))
    return [
      round(base),
      round(base.map((x, i) => x + amount * (noise[i] as number))),
      round(base.map((x, i) => x + amount * (other[i] as number))),
    ] as const
  }
  const cosines = (amount: number) => {
    const [a, b, c] = models(amount)
    return {
      collapsed: cosine64(unrounded(a, b, 0.35), unrounded(b, c, 0.6)),
      rounded: cosine64(slerp64(a, b, 0.35, 'BF16'), slerp64(b, c, 0.6, 'BF16')),
    }
  }
  // Between these amounts of noise the two cosines lie on different sides of the threshold.
  let [low, high] = [0.001, 0.5]
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2
    const { collapsed, rounded } = cosines(middle)
    if ((collapsed + rounded) / 2 > 0.9995) low = middle
    else high = middle
  }
  const { collapsed, rounded } = cosines(low)
  expect(collapsed).toBeGreaterThan(0.9995)
  expect(rounded).toBeLessThan(0.9995)

  const [a, b, c] = models(low)
  const { checkpoint, report } = await mergeInMemory(TWO_STAGES('float32'), [
    embeddingModel('a', 600, a),
    embeddingModel('b', 600, b),
    embeddingModel('c', 600, c),
  ])
  expect(report.tensors[0]?.stages.at(-1)?.branch).toBe('slerp')
  const expected = slerp64(slerp64(a, b, 0.35, 'BF16'), slerp64(b, c, 0.6, 'BF16'), 0.5, 'F32')
  const found = await valuesOf(checkpoint, EMBEDDING)
  // SLERP and LERP differ by 1.2e-4 here; one differing element of an intermediate by up to 4e-3.
  const near = found.filter(
    (x, i) => Math.abs(x - (expected[i] as number)) <= 1e-5 * Math.abs(expected[i] as number),
  ).length
  expect(near / count).toBeGreaterThan(0.998)
})

test('the rounding of the comparison itself keeps every value of each dtype', () => {
  for (const dtype of ['BF16', 'F16', 'F32'] as const) {
    const values = Float64Array.from([0, 1, -1.5, 2 ** -24, 3 * 2 ** -24, 65504, 0.333251953125, 2 ** -14], (x) =>
      roundTo(x, dtype),
    )
    expect(fromBits(toBits(values, dtype), dtype)).toEqual(values)
  }
})

test('the cosine of differences of a thousandth of the weights is right to 1e-4', async () => {
  const next = randomNumbers(23)
  const count = 400 * COLUMNS
  const base = Float64Array.from({ length: count }, next)
  const common = Float64Array.from({ length: count }, next)
  const near = () => base.map((x, i) => roundTo(x + 1e-3 * ((common[i] as number) + next()), 'F32'))
  const origin = base.map((x) => roundTo(x, 'F32'))
  const [p, q] = [near(), near()]
  const model = (name: string, values: Float64Array) =>
    modelFolder(name, [{ name: EMBEDDING, dtype: 'F32', shape: [400, COLUMNS], values }])
  const difference = (name: string, other: string) => `
name: ${name}
merge_method: linear
models:
  - {model: ${other}, parameters: {weight: 1}}
  - {model: a, parameters: {weight: -1}}
parameters: {normalize: false}
dtype: float32
---`
  const recipe = `${difference('one', 'p')}${difference('two', 'q')}
merge_method: slerp
base_model: one
models: [{model: one}, {model: two}]
parameters: {t: 0.4}
dtype: float32
`
  const { report } = await mergeInMemory(recipe, [model('a', origin), model('p', p), model('q', q)])
  const exact = cosine64(
    p.map((x, i) => x - (origin[i] as number)),
    q.map((x, i) => x - (origin[i] as number)),
  )
  const found = report.tensors[0]?.stages.find(({ branch }) => branch === 'slerp')?.cos ?? Number.NaN
  expect(exact).toBeGreaterThan(0.3)
  expect(Math.abs(found - exact)).toBeLessThan(1e-4)
})

test('integers go through two stages with a dtype as they are', async () => {
  const ids = { name: 'model.position_ids', dtype: 'F32' as const, shape: [4], values: Float64Array.of(1, 2, 3, 4) }
  const folders = ['a', 'b', 'c'].map((name) => llama(name, { extra: [ids] }))
  // The same bytes, called I32: an integer tensor in a checkpoint of weights.
  const renamed = await Promise.all(
    folders.map(async (folder) => {
      const bytes = new Uint8Array(await (folder.files.get('model.safetensors') as Blob).arrayBuffer())
      const text = new TextDecoder('latin1').decode(bytes)
      const at = text.indexOf('"F32"', text.indexOf('model.position_ids'))
      bytes.set(new TextEncoder().encode('"I32"'), at)
      return { ...folder, files: new Map([...folder.files, ['model.safetensors', new Blob([bytes])]]) }
    }),
  )
  const { checkpoint, plan } = await mergeInMemory(TWO_STAGES('bfloat16'), renamed)
  expect(checkpoint.tensors.get('model.position_ids')?.dtype).toBe('I32')
  expect(plan.problems.map(({ message }) => message).join()).toMatch(/position_ids holds I32 values/)
})

test('NaN and infinities are counted by name, whether a tensor is merged, averaged or copied', async () => {
  const values = Float64Array.from({ length: 8 }, (_, i) =>
    i === 2 ? Number.NaN : i === 5 ? Number.POSITIVE_INFINITY : i,
  )
  const odd = { name: 'model.layers.0.odd.weight', dtype: 'BF16' as const, shape: [8], values }
  const folders = [llama('a', { extra: [odd] }), llama('b', { extra: [{ ...odd, values: values.map((_, i) => i) }] })]
  const recipes = [
    'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\ndtype: bfloat16\n',
    'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0}\ndtype: bfloat16\n',
    'merge_method: linear\nmodels: [{model: a, parameters: {weight: 1}}, {model: b, parameters: {weight: 1}}]\ndtype: bfloat16\n',
  ]
  for (const recipe of recipes) {
    const { report } = await mergeInMemory(recipe, folders)
    expect(report.nonFinite).toEqual([{ tensor: odd.name, checkpoint: 'a', nan: 1, infinite: 1 }])
  }
})

test('a stage that is used many times is planned once', async () => {
  const stages = Array.from({ length: 12 }, (_, n) => {
    const [base, other] = [n < 2 ? 'a' : `s${n - 2}`, n < 1 ? 'b' : `s${n - 1}`]
    return `name: s${n}\nmerge_method: slerp\nbase_model: ${base}\nmodels: [{model: ${base}}, {model: ${other}}]\nparameters: {t: 0.4}\ndtype: bfloat16\n`
  })
  const { plan } = await mergeInMemory(stages.join('---\n'), [llama('a', {}), llama('b', {})])
  expect(Math.max(...plan.jobs.map((job) => job.stages.length))).toBe(12)
})
