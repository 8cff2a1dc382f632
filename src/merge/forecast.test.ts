import { expect, test } from 'vitest'
import { expectedSeconds, forecast, paceOf, plannedWork, workOf } from './forecast.ts'

const TOTALS = { bytesReadOnce: 2e9, bytesReadTwice: 0, bytesWritten: 1e9 }
const total = plannedWork(TOTALS, false)
const none = { read: 0, written: 0, closed: 0, verified: 0 }
const half = { read: 1e9, written: 0.5e9, closed: 0.5e9, verified: 0 }

test('without a memory of earlier merges nothing is said before the first second has passed', () => {
  expect(forecast(total, half, 0.9, null)).toBeNull()
  expect(forecast(total, none, 5, null)).toBeNull()
  expect(forecast(total, half, 1, null)).not.toBeNull()
})

test('half of the work in four seconds is eight in all, less what the start took', () => {
  const expected = forecast(total, half, 4, null) ?? 0
  expect(expected).toBeGreaterThan(7.5)
  expect(expected).toBeLessThan(8)
  expect(forecast(total, total, 8, null)).toBe(8)
})

test('what is remembered counts at first, and the merge itself the more the longer it runs', () => {
  const pace = 100 / workOf(total)
  expect(forecast(total, none, 0, pace)).toBeCloseTo(100, 0)
  const expected = [0.1, 0.2, 0.4, 0.8].map((share) => {
    const done = { read: share * 2e9, written: share * 1e9, closed: share * 1e9, verified: 0 }
    return forecast(total, done, 10 * share + 0.25, pace) ?? 0
  })
  expect(expected).toEqual(expected.toSorted((a, b) => b - a))
  expect(expected.at(-1)).toBeLessThan(13)
})

test('a merge is expected to take as long as one like it took, with verification longer', () => {
  const pace = paceOf(total, 10) ?? Number.NaN
  expect(expectedSeconds(total, pace)).toBeCloseTo(10)
  expect(expectedSeconds(plannedWork(TOTALS, true), pace)).toBeGreaterThan(11)
  expect(paceOf({ read: 1e6, written: 1e6, closed: 1e6, verified: 0 }, 1), 'too short to tell').toBeNull()
})
