import { expect, test } from 'vitest'
import type { JobGrams } from '../geometry/index.ts'
import { Teller } from './teller.ts'

const grams = {} as JobGrams

test('a flush waits until everything was taken, with nothing left to hand on too', async () => {
  const taken: number[] = []
  let take = (): void => undefined
  const teller = new Teller(async (found) => {
    await new Promise<void>((resolve) => {
      take = resolve
    })
    taken.push(...found.keys())
  })
  teller.add(7, grams)
  const flushed = teller.flush().then(() => [...taken])
  // Whoever asks is told of the end by another way, on which it must not overtake the estimates.
  await new Promise((resolve) => setTimeout(resolve))
  take()
  expect(await flushed).toEqual([7])
})

test('what cannot be handed on is thrown by the flush, however early it was', async () => {
  const teller = new Teller(async () => {
    throw new Error('not taken')
  })
  teller.add(1, grams)
  await new Promise((resolve) => setTimeout(resolve))
  await expect(teller.flush()).rejects.toThrow('not taken')
})

test('of one tensor only the newest estimate is handed on', async () => {
  const told: [number, JobGrams][] = []
  const teller = new Teller(async (found) => void told.push(...found))
  const [first, second, third] = [{ ...grams }, { ...grams }, { ...grams }]
  teller.add(0, first)
  teller.add(1, second)
  teller.add(1, third)
  await teller.flush()
  expect(told).toHaveLength(2)
  expect(told[0]?.[1]).toBe(first)
  expect(told[1]?.[1]).toBe(third)
})
