import { expect, test } from 'vitest'
import { TimeSpent } from './time-spent.ts'

/** A clock that is set, and works that are ended, by hand. */
function watch() {
  let at = 0
  const spent = new TimeSpent(() => at)
  const begin = (work: Parameters<TimeSpent['during']>[0]) => {
    let end = (): void => undefined
    const ended = spent.during(work, () => new Promise<void>((resolve) => (end = resolve)))
    return () => {
      end()
      return ended
    }
  }
  return { spent, begin, pass: (seconds: number) => (at += 1000 * seconds) }
}

test('several pieces of one work at once count once, and works that overlap count each', async () => {
  const { spent, begin, pass } = watch()
  const first = begin('read')
  pass(1)
  const second = begin('read')
  const write = begin('write')
  pass(2)
  await first()
  await write()
  pass(4)
  await second()
  pass(8)
  expect(spent.spent()).toEqual({ read: 7, gram: 0, blend: 0, write: 2, close: 0, wait: 15 })
})

test('what passes without gram and blend is waiting; one that failed is over', async () => {
  const { spent, begin, pass } = watch()
  pass(1)
  const gram = begin('gram')
  pass(2)
  const blend = begin('blend')
  pass(3)
  await gram()
  pass(4)
  await blend()
  await expect(spent.during('close', () => Promise.reject(new Error('full')))).rejects.toThrow('full')
  pass(5)
  expect(spent.spent()).toEqual({ read: 0, gram: 5, blend: 7, write: 0, close: 0, wait: 6 })
})

test('a pause is no waiting', () => {
  const { spent, pass } = watch()
  pass(5)
  expect(spent.spent(3).wait).toBe(2)
})
