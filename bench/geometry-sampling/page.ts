// The page of geometry-sampling.mjs: opens folders, plans, and times what the geometry's worker tells.
import type { Checkpoint } from '../../src/formats/checkpoint.ts'
import { openCheckpoint } from '../../src/formats/open-checkpoint.ts'
import { clearKeptGrams, isExact, type JobGrams, tensorGeometry } from '../../src/geometry/index.ts'
import { measureGeometry, startGeometry } from '../../src/merge/geometry-client.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planMerge } from '../../src/plan/plan-merge.ts'
import { parseRecipe } from '../../src/recipe/index.ts'

const RECIPE =
  'merge_method: slerp\nbase_model: a\nmodels: [{ model: a }, { model: b }]\nparameters: { t: [0.2, 0.8] }\n'

async function open(): Promise<readonly [Checkpoint, Checkpoint]> {
  const checkpoints = await Promise.all(
    [0, 1].map(async () => {
      const folder = await window.showDirectoryPicker?.()
      if (folder === undefined) throw new Error('the browser picks folders')
      const files = new Map<string, Blob>()
      for await (const [name, handle] of folder.entries())
        if (handle instanceof FileSystemFileHandle) files.set(name, await handle.getFile())
      return openCheckpoint({ name: folder.name, files })
    }),
  )
  return checkpoints as unknown as readonly [Checkpoint, Checkpoint]
}

async function time(plan: Plan, inputs: readonly Checkpoint[]) {
  const start = performance.now()
  const found = new Map<number, JobGrams>()
  let [first, all] = [0, 0]
  await startGeometry(
    plan,
    inputs,
    (grams) => {
      for (const [job, value] of grams) found.set(job, value)
      if (first === 0) first = performance.now() - start
      if (all === 0 && found.size === plan.jobs.length) all = performance.now() - start
    },
    new AbortController().signal,
  )
  return { first, all, end: performance.now() - start, found }
}

/** @returns milliseconds of a first and of a second visit, and how many intervals hold the exact cosine */
async function bench() {
  const start = performance.now()
  const [a, b] = await open()
  const opened = performance.now() - start
  const { recipe } = parseRecipe(RECIPE)
  if (recipe === null) throw new Error('the recipe is right')
  const checkpoints = new Map([
    ['a', a],
    ['b', b],
  ])
  const plan = planMerge(recipe, checkpoints, { dtype: null, shardBytes: null, memoryBudget: 2 ** 30 })
  const visits = []
  for (let round = 0; round < 5; round++) {
    await clearKeptGrams()
    visits.push(await time(plan, [a, b]))
  }
  const again = await time(plan, [a, b])
  const sampled = visits[0]?.found ?? new Map<number, JobGrams>()
  const wanted = [...sampled].filter(([, grams]) => !isExact(grams)).map(([job]) => job)
  const exact = new Map<number, JobGrams>()
  const measuring = performance.now()
  await measureGeometry(
    plan,
    [a, b],
    wanted,
    (grams) => {
      for (const [job, value] of grams) exact.set(job, value)
    },
    new AbortController().signal,
  )
  const measured = performance.now() - measuring
  let held = 0
  const widths: number[] = []
  for (const job of wanted) {
    const planned = plan.jobs[job]
    if (planned === undefined) continue
    const interval = tensorGeometry(planned, sampled.get(job) ?? null).stages[0]?.cosInterval
    const cos = tensorGeometry(planned, exact.get(job) ?? null).stages[0]?.cos ?? Number.NaN
    if (interval && interval.low <= cos && cos <= interval.high) held++
    if (interval) widths.push(interval.high - interval.low)
  }
  return {
    tensors: plan.jobs.length,
    opened,
    visits: visits.map(({ first, all, end }) => ({ first, all, end })),
    again: { first: again.first, all: again.all, end: again.end },
    measured,
    sampledTensors: wanted.length,
    held,
    width: widths.toSorted((x, y) => x - y)[widths.length >> 1],
  }
}

Object.assign(globalThis, { bench })
