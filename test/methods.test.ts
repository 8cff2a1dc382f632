import { describe, expect, test } from 'vitest'
import { cosine64, roundTo, slerp64 } from './support/float64.ts'
import { mergeInMemory, valuesOf } from './support/merge-in-memory.ts'
import { karcher64, modelStock64, multislerp64, nuslerp64, over64, sum64 } from './support/methods64.ts'
import { modelFolder, randomNumbers } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const EMBEDDING = 'model.embed_tokens.weight'
const ROWS = 800
const COLUMNS = 24
const COUNT = ROWS * COLUMNS

type Vectors = readonly [base: Float64Array, p: Float64Array, q: Float64Array, r: Float64Array]

/** A base, and three models made of it by task vectors that share a part, in BF16 or F32. */
function family(size: number, dtype: 'BF16' | 'F32' = 'F32'): Vectors {
  const next = randomNumbers(31)
  const [base, common] = [0, 1].map(() => Float64Array.from({ length: COUNT }, next)) as [Float64Array, Float64Array]
  const made = () => base.map((x, i) => roundTo(x + size * ((common[i] as number) + next()), dtype))
  return [base.map((x) => roundTo(x, dtype)), made(), made(), made()]
}

async function merged(recipe: string, vectors: Vectors, dtype: 'BF16' | 'F32' = 'F32', memoryBudget = 2 ** 30) {
  const folders = ['o', 'p', 'q', 'r'].map((name, k) =>
    modelFolder(name, [{ name: EMBEDDING, dtype, shape: [ROWS, COLUMNS], values: vectors[k] as Float64Array }]),
  )
  const { checkpoint, report, plan } = await mergeInMemory(recipe, folders, { ...SETTINGS, memoryBudget })
  return { values: await valuesOf(checkpoint, EMBEDDING), stages: report.tensors[0]?.stages ?? [], plan }
}

/** Largest difference, in parts of the root mean square of what was expected. */
function distance(found: Float64Array, expected: Float64Array): number {
  const size = Math.sqrt(expected.reduce((sum, x) => sum + x * x, 0) / expected.length)
  return found.reduce((most, x, i) => Math.max(most, Math.abs(x - (expected[i] as number))), 0) / size
}

const entry = (model: string, weight: number) => `{model: ${model}, parameters: {weight: ${weight}}}`
const THREE = `[${entry('p', 0.5)}, ${entry('q', 0.2)}, ${entry('r', 0.7)}]`
const RECIPES: [string, string, (vectors: Vectors) => Float64Array][] = [
  [
    'nuslerp',
    `merge_method: nuslerp\nmodels: [${entry('p', 0.7)}, ${entry('q', 0.5)}]\n`,
    ([, p, q]) => nuslerp64([p, q], [0.7, 0.5]),
  ],
  [
    'nuslerp over a base',
    `merge_method: nuslerp\nbase_model: o\nmodels: [${entry('p', 0.7)}, ${entry('q', 0.5)}]\n`,
    ([o, p, q]) => over64(o, [p, q], (tasks) => nuslerp64(tasks, [0.7, 0.5])),
  ],
  [
    'multislerp',
    `merge_method: multislerp\nmodels: ${THREE}\n`,
    ([, p, q, r]) => multislerp64([p, q, r], [0.5, 0.2, 0.7]),
  ],
  [
    'multislerp over a base',
    `merge_method: multislerp\nbase_model: o\nmodels: ${THREE}\n`,
    ([o, p, q, r]) => over64(o, [p, q, r], (tasks) => multislerp64(tasks, [0.5, 0.2, 0.7])),
  ],
  [
    'karcher',
    'merge_method: karcher\nmodels: [{model: p}, {model: q}, {model: r}]\nparameters: {max_iter: 100, tol: 0.000000001}\n',
    ([, p, q, r]) => karcher64([p, q, r]),
  ],
  [
    'task_arithmetic',
    `merge_method: task_arithmetic\nbase_model: o\nmodels: ${THREE}\nparameters: {lambda: 1.3}\n`,
    ([o, p, q, r]) => over64(o, [p, q, r], (tasks) => sum64(tasks, [0.65, 0.26, 0.91])),
  ],
  [
    'task_arithmetic, normalized',
    `merge_method: task_arithmetic\nbase_model: o\nmodels: ${THREE}\nparameters: {normalize: true}\n`,
    ([o, p, q, r]) => over64(o, [p, q, r], (tasks) => sum64(tasks, [0.5 / 1.4, 0.2 / 1.4, 0.7 / 1.4])),
  ],
  [
    'model_stock',
    'merge_method: model_stock\nbase_model: o\nmodels: [{model: p}, {model: q}, {model: r}]\n',
    ([o, p, q, r]) => modelStock64(o, [p, q, r]),
  ],
]

describe.each([1, 1e-3])('with task vectors of %d of the weights', (size) => {
  const vectors = family(size)

  test.each(RECIPES)('%s agrees with float64 in 32 bits', async (_, recipe, exact) => {
    const { values } = await merged(`${recipe}dtype: float32\n`, vectors)
    expect(distance(values, exact(vectors))).toBeLessThan(2 ** -20)
  })

  test.each(RECIPES)('%s adds to the base what float64 adds, to a thousandth', async (_, recipe, exact) => {
    const { values } = await merged(`${recipe}dtype: float32\n`, vectors)
    const [base] = vectors
    const less = (all: Float64Array) => all.map((x, i) => x - (base[i] as number))
    expect(distance(less(values), less(exact(vectors)))).toBeLessThan(1e-3)
  })
})

test.each(RECIPES)('%s comes out the same when every tensor is read twice', async (_, recipe) => {
  const vectors = family(0.01, 'BF16')
  const text = `${recipe}dtype: bfloat16\n`
  const once = await merged(text, vectors, 'BF16')
  const twice = await merged(text, vectors, 'BF16', 1)
  expect(twice.values).toEqual(once.values)
})

test('the cosine of task vectors of a thousandth is right to 1e-6', async () => {
  const vectors = family(1e-3)
  const [o, p, q] = vectors
  const { stages } = await merged(
    `merge_method: nuslerp\nbase_model: o\nmodels: [${entry('p', 0.7)}, ${entry('q', 0.5)}]\ndtype: float32\n`,
    vectors,
  )
  const less = (all: Float64Array) => all.map((x, i) => x - (o[i] as number))
  expect(Math.abs((stages.at(-1)?.cos ?? Number.NaN) - cosine64(less(p), less(q)))).toBeLessThan(1e-6)
})

const MIXED = (dtype: string) => `
name: tasks
merge_method: task_arithmetic
base_model: o
models: [${entry('p', 0.6)}, ${entry('q', 0.3)}]
dtype: ${dtype}
---
name: average
merge_method: linear
models: [${entry('q', 0.4)}, ${entry('r', 0.6)}]
dtype: ${dtype}
---
merge_method: slerp
base_model: tasks
models: [{model: tasks}, {model: average}]
parameters: {t: 0.35}
dtype: ${dtype}
`

test.each(['float32', 'bfloat16'])(
  'a slerp of a task arithmetic and a linear agrees with stage-by-stage float64 in %s',
  async (name) => {
    const dtype = name === 'float32' ? 'F32' : 'BF16'
    const vectors = family(0.05, dtype)
    const [o, p, q, r] = vectors
    const stage = (values: Float64Array) => values.map((x) => roundTo(x, dtype))
    const tasks = stage(over64(o, [p, q], (all) => sum64(all, [0.6, 0.3])))
    const average = stage(sum64([q, r], [0.4, 0.6]))
    const expected = slerp64(tasks, average, 0.35, dtype)
    const { values } = await merged(MIXED(name), vectors, dtype)
    const exact = values.filter((x, i) => x === expected[i]).length / COUNT
    if (dtype === 'BF16') expect(exact).toBeGreaterThan(0.995)
    expect(distance(values, expected)).toBeLessThan(dtype === 'F32' ? 2 ** -20 : 2 ** -6)
  },
)

test('a method over a base that is a rounded stage measures the differences from what was rounded', async () => {
  const vectors = family(0.003, 'BF16')
  const [o, p, q, r] = vectors
  const recipe = `
name: middle
merge_method: linear
models: [${entry('o', 0.5)}, ${entry('p', 0.5)}]
dtype: bfloat16
---
merge_method: model_stock
base_model: middle
models: [{model: q}, {model: r}]
dtype: float32
`
  const middle = sum64([o, p], [0.5, 0.5]).map((x) => roundTo(x, 'BF16'))
  const { values, stages } = await merged(recipe, vectors, 'BF16')
  const less = (all: Float64Array) => all.map((x, i) => x - (middle[i] as number))
  expect(Math.abs((stages.at(-1)?.cos ?? Number.NaN) - cosine64(less(q), less(r)))).toBeLessThan(1e-6)
  expect(distance(values, modelStock64(middle, [q, r]))).toBeLessThan(2 ** -20)
})

test('models that are the base itself leave it as it is', async () => {
  const [o] = family(0.1, 'BF16')
  const same: Vectors = [o, o, o, o]
  for (const [name, recipe] of RECIPES) {
    if (!recipe.includes('base_model')) continue
    const { values } = await merged(`${recipe}dtype: bfloat16\n`, same, 'BF16')
    expect(values, name).toEqual(o)
  }
})
