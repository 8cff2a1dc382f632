import { expect, test } from 'vitest'
import { Gate } from './gate.ts'

const running = () => new AbortController().signal

test('an open gate lets everything through', async () => {
  await new Gate().pass(running())
})

test('a shut gate holds whoever comes until it is opened, and counts the time', async () => {
  const gate = new Gate()
  gate.shut()
  const passed: number[] = []
  const all = Promise.all([1, 2].map((n) => gate.pass(running()).then(() => passed.push(n))))
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(passed).toEqual([])
  expect(gate.shutSeconds).toBeGreaterThan(0)
  gate.open()
  await all
  expect(passed).toEqual([1, 2])
  const seconds = gate.shutSeconds
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(gate.shutSeconds).toBe(seconds)
})

test('a merge that is cancelled while it is paused does not wait for the gate', async () => {
  const gate = new Gate()
  gate.shut()
  const cancel = new AbortController()
  const waiting = gate.pass(cancel.signal)
  cancel.abort()
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
})
