import { expect, it } from 'vitest'
import { limitOf, philox, randomNumbers, randomStream } from './philox.ts'

// The known answers of Random123 1.09, the authors' implementation: counter, key, numbers.
const KNOWN = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
] as const

it.each(KNOWN)('gives the published numbers for the counter %j and the key %j', (counter, key, numbers) => {
  const out = new Uint32Array(4)
  philox(counter, key, out)
  expect([...out]).toEqual(numbers)
})

it('gives an element the same number wherever a tile begins', () => {
  const stream = randomStream('model.norm.weight', 42)
  const whole = randomNumbers(stream, 1, 0, 100)
  for (const first of [1, 2, 3, 4, 50])
    expect(randomNumbers(stream, 1, first, 20)).toEqual(whole.slice(first, first + 20))
})

it('gives tensors, seeds and models numbers of their own', () => {
  const rows = [
    randomNumbers(randomStream('a', 1), 0, 0, 64),
    randomNumbers(randomStream('a', 1), 1, 0, 64),
    randomNumbers(randomStream('a', 2), 0, 0, 64),
    randomNumbers(randomStream('b', 1), 0, 0, 64),
    randomNumbers(randomStream('a', -1), 0, 0, 64),
  ]
  expect(new Set(rows.flatMap((row) => [...row])).size).toBe(5 * 64)
})

it('keeps the share that it should, within four standard deviations, whatever the seed', () => {
  const count = 40_000
  for (const density of [0.1, 0.5, 0.9])
    for (const seed of [0, 1, 2, 3, 4]) {
      const numbers = randomNumbers(randomStream('w', seed), 0, 0, count)
      const kept = numbers.filter((number) => number < limitOf(density)).length
      expect(Math.abs(kept - density * count)).toBeLessThan(4 * Math.sqrt(count * density * (1 - density)))
    }
})
