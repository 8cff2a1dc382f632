import { del } from 'idb-keyval'
import { beforeEach, expect, it } from 'vitest'
import type { MergeReport } from '../merge/report.ts'
import { keepPace, paceFor, recallPaces, usePaces } from './pace.ts'

const took = (pace: number | null) => ({ pace }) as MergeReport
const forget = () => usePaces.setState({ paces: {} }, true)

beforeEach(async () => {
  await del('paces')
  forget()
})

it('the median of the last five merges of a kind is remembered by the next visit, engines and kinds of folder apart', async () => {
  for (const pace of [100, 9, 1, 2, 50, 3]) await keepPace('wasm', false, took(pace))
  await keepPace('wasm', true, took(7))
  await keepPace('wasm', true, took(null))
  forget()
  expect(paceFor(usePaces.getState().paces, 'wasm', false)).toBeNull()
  await recallPaces()
  const { paces } = usePaces.getState()
  expect(paceFor(paces, 'wasm', false)).toBe(3)
  expect(paceFor(paces, 'wasm', true)).toBe(7)
  expect(paceFor(paces, 'automatic', false)).toBeNull()
})
