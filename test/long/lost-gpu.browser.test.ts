import { expect, test } from 'vitest'
import { chooseEngine } from '../../src/engine/index.ts'
import { loseAtEverySubmit, mergeWith, mortalEngine } from '../support/lost-gpu.ts'
import { planInMemory } from '../support/merge-in-memory.ts'
import { llama } from '../support/model-in-memory.ts'
import { SETTINGS } from '../support/settings.ts'

// npm run faults: some minutes.

const RECIPE = `merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: [0.25, 0.5]}
dtype: bfloat16
`

test.each([
  ['tensors that stay resident', 2 ** 30],
  ['tensors that are read twice', 1],
])(
  'a GPU that is lost at any submit of a whole layer (%s) is replaced, and the merge writes the same bytes',
  {
    timeout: 3_600_000,
  },
  async (_, memoryBudget) => {
    const models = ['a', 'b'].map((name) => llama(name, { layers: 1 }))
    const planned = await planInMemory(RECIPE, models, { ...SETTINGS, shardBytes: 1000, memoryBudget })
    const submits = await loseAtEverySubmit(planned)
    console.log(`${submits} submits, each lost once and three times in a row`)
    expect(submits).toBeGreaterThan(30)
  },
)

test('the time from a loss to the next finished tensor is written down: with a new device and its known-answer test', {
  timeout: 3_600_000,
}, async () => {
  const models = ['a', 'b'].map((name) => llama(name, { layers: 1 }))
  const planned = await planInMemory(RECIPE, models, { ...SETTINGS, shardBytes: 1000 })
  const times: { readonly engine: number; readonly tensor: number }[] = []
  for (let k = 1; k <= 60; k += 4) {
    let [lost, renewed, done] = [0, 0, -1]
    let submits = 0
    const first = await mortalEngine(k, () => {
      if (++submits === k) lost = performance.now()
    })
    const renew = async () => {
      const { engine } = await chooseEngine('webgpu')
      renewed = performance.now()
      return engine
    }
    await mergeWith(planned, first, renew, ({ tensorsDone }) => {
      if (renewed === 0) done = tensorsDone
      else if (tensorsDone > done) {
        times.push({ engine: renewed - lost, tensor: performance.now() - lost })
        done = Number.POSITIVE_INFINITY
      }
    })
  }
  for (const what of ['engine', 'tensor'] as const) {
    const sorted = times.map((time) => time[what]).sort((a, b) => a - b)
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
    console.log(`from the loss to the next ${what}: median ${at(0.5)} ms, largest ${at(1)} ms, of ${sorted.length}`)
  }
  expect(times.length).toBe(15)
})
