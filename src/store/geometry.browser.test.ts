import { beforeAll, beforeEach, expect, test } from 'vitest'
import lzlv from '../../test/fixtures/conformance/cases/lzlv/recipe.yml?raw'
import type { PlanGeometry } from '../geometry/index.ts'
import type { Gradient } from '../recipe/recipe.ts'
import { cancelGesture, endGesture, showGesture } from './edits.ts'
import { followGeometry } from './geometry.ts'
import { useGeometry } from './geometry-state.ts'
import { openFolder } from './models.ts'
import { setRecipeText } from './recipe.ts'
import { useStudio } from './studio.ts'

const FIXTURES = import.meta.glob<string>('../../test/fixtures/conformance/models/vela-*/*', {
  query: '?url',
  import: 'default',
  eager: true,
})

async function openModels(): Promise<void> {
  const storage = await navigator.storage.getDirectory()
  await storage.removeEntry('geometry', { recursive: true }).catch(() => undefined)
  const root = await storage.getDirectoryHandle('geometry', { create: true })
  for (const model of ['vela-m', 'vela-x', 'vela-h']) {
    const folder = await root.getDirectoryHandle(model, { create: true })
    for (const [path, url] of Object.entries(FIXTURES)) {
      const [directory, file] = path.split('/').slice(-2)
      if (directory !== model || file === undefined) continue
      const writable = await (await folder.getFileHandle(file, { create: true })).createWritable()
      await writable.write(await (await fetch(url)).arrayBuffer())
      await writable.close()
    }
    await openFolder(folder)
  }
}

beforeAll(async () => {
  await openModels()
  followGeometry()
})

beforeEach(async () => {
  cancelGesture()
  setRecipeText(lzlv)
  await measured()
})

async function measured(): Promise<void> {
  await expect.poll(() => useGeometry.getState().measuring.phase, { timeout: 15_000 }).toBe('ready')
}

function nextFrame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))
}

/** One move of a hand: t of the first stage. */
async function bend(value: Gradient): Promise<void> {
  const at = { stage: 'component1', parameter: 't' }
  const lanes = [{ filter: null, value }]
  showGesture({ at, lanes, edits: [{ kind: 'set-gradient', at, lane: 0, value }], label: 'move a point' })
  await nextFrame()
}

function shown(): PlanGeometry {
  const { geometry } = useGeometry.getState()
  if (geometry === null) throw new Error('there is a geometry')
  return geometry
}

/** Everything that a drag changes, by tensor and stage. */
function numbersOf(geometry: PlanGeometry): Record<string, unknown> {
  const { t, cos, branch, coefficients, norm, drift, difference, share, coefficientShare } = geometry
  return { t, cos, branch, coefficients, norm, drift, difference, share, coefficientShare }
}

test('in every frame of a gesture the geometry is that of the t being tried, over the plan and the Gram matrices that were there', async () => {
  const before = useGeometry.getState()
  const first = numbersOf(shown())
  for (const value of [[0.3, 0.6], [0.9, 0.4, 0.1], 0.45]) {
    await bend(value)
    const state = useGeometry.getState()
    expect(state.plan).toBe(before.plan)
    expect(state.grams).toBe(before.grams)
    expect(state.tried).not.toBeNull()
    expect(numbersOf(shown())).not.toEqual(first)
    expect(state.measuring.phase).toBe('ready')
  }
  const { jobs } = shown().layout
  const place = jobs.findIndex(({ name }) => name === 'model.layers.2.mlp.up_proj.weight')
  expect(shown().t[shown().layout.stageStart[place] ?? -1]).toBe(0.45)
})

test('what a gesture showed in its last frame is what the plan made at its end gives', async () => {
  await bend([0.81, 0.22, 0.64])
  const tried = numbersOf(shown())
  const { plan } = useGeometry.getState()
  endGesture()
  await measured()
  const after = useGeometry.getState()
  expect(after.plan).not.toBe(plan)
  expect(after.plan).toBe(useStudio.getState().plan)
  expect(after.tried).toBeNull()
  expect(numbersOf(shown())).toEqual(tried)
})

test('a gesture that is given up leaves no trace', async () => {
  const before = numbersOf(shown())
  await bend([0.7, 0.2])
  cancelGesture()
  await measured()
  expect(numbersOf(shown())).toEqual(before)
  expect(useGeometry.getState().tried).toBeNull()
})

test('a gesture through t of 0, where tensors become copies, shows them as such and comes back exactly', async () => {
  const before = numbersOf(shown())
  await bend(0)
  const { layout, share } = shown()
  const model = useGeometry.getState().plan?.checkpoints.findIndex((checkpoint) => checkpoint.model === 'models/vela-m')
  const place = layout.jobs.findIndex(({ name }) => name === 'model.layers.2.mlp.up_proj.weight')
  // Half of the result is the first stage, which is its base now.
  expect(share[place * layout.models + (model ?? -1)]).toBeCloseTo(0.5, 12)
  await bend([0.25, 0.3, 0.5])
  endGesture()
  await measured()
  expect(numbersOf(shown())).toEqual(before)
})
