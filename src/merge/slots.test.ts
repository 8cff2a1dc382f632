import { expect, test } from 'vitest'
import { Slots } from './slots.ts'

async function settled(promise: Promise<void>): Promise<boolean> {
  let done = false
  void promise.then(() => {
    done = true
  })
  await new Promise((resolve) => setTimeout(resolve))
  return done
}

test('as many start as there are slots', async () => {
  const slots = new Slots(2, 100)
  await slots.acquire(0)
  await slots.acquire(0)
  const third = slots.acquire(0)
  expect(await settled(third)).toBe(false)
  slots.release(0)
  expect(await settled(third)).toBe(true)
})

test('the budget holds back what does not fit beside the rest', async () => {
  const slots = new Slots(8, 100)
  await slots.acquire(60)
  const second = slots.acquire(60)
  expect(await settled(second)).toBe(false)
  slots.release(60)
  expect(await settled(second)).toBe(true)
})

test('one that exceeds the budget runs alone', async () => {
  const slots = new Slots(8, 100)
  await slots.acquire(500)
  const second = slots.acquire(1)
  expect(await settled(second)).toBe(false)
  slots.release(500)
  expect(await settled(second)).toBe(true)
})

test('a small one does not overtake a large one that waits', async () => {
  const slots = new Slots(8, 100)
  await slots.acquire(60)
  const large = slots.acquire(90)
  const small = slots.acquire(1)
  expect(await settled(small)).toBe(false)
  slots.release(60)
  expect(await settled(large)).toBe(true)
  expect(await settled(small)).toBe(true)
})
