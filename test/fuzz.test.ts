import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { applyEdits, byteEdits } from './support/byte-edits.ts'
import { type FuzzTarget, fuzzTargets } from './support/fuzz-targets.ts'
import { emptyTally, type Tally, tryOut } from './support/fuzz-trial.ts'

// Accepted files, changed: every answer is the content or a refusal in our own words, within a second and 64 MiB.
// `npm test` takes every cut and one bit of some bytes, and random edits for some seconds; `npm run fuzz` (FUZZ_MINUTES) takes every bit
// of every byte, and random edits for the rest of its time.

const MINUTES = Number(process.env['FUZZ_MINUTES'] ?? 0)
const LONG = MINUTES > 0
const ENDS = Date.now() + MINUTES * 60_000
const SHORT_MS = 8000
/** In the short run, single bits are flipped in bytes so far from one another. */
const STRIDE = LONG ? 1 : 7
const BITS = LONG ? [0, 1, 2, 3, 4, 5, 6, 7] : [5]

const targets = await fuzzTargets()
const whole = new Map(
  await Promise.all(targets.map(async (target) => [target, await target.answer(target.bytes)] as const)),
)
const tallies = new Map<string, Tally>()

function tallyOf(way: string, { kind }: FuzzTarget): Tally {
  const key = `${way} | ${kind}`
  const tally = tallies.get(key) ?? emptyTally()
  tallies.set(key, tally)
  return tally
}

const attempt = (way: string, target: FuzzTarget, bytes: Uint8Array<ArrayBuffer>) =>
  tryOut(target, bytes, whole.get(target) ?? '', tallyOf(way, target))

// The first answers also load code and grow the heap.
for (const target of targets) for (let k = 0; k < 20; k++) await target.answer(target.bytes)

describe('a file that is cut off anywhere is refused by name, or gives the same, or has no checksum', () => {
  it.each(targets)('$name', { timeout: 600_000 }, async (target) => {
    const faults: string[] = []
    for (let length = 0; length < target.bytes.length; length += target.bytes.length > 4000 ? STRIDE : 1) {
      const fault = await attempt('cut at every byte', target, target.bytes.slice(0, length))
      if (fault !== null) faults.push(`${length}: ${fault}`)
    }
    expect(faults).toEqual([])
  })
})

describe('a wrong bit anywhere is refused by name, or gives the same, or is in bytes without a checksum', () => {
  it.each(targets)('$name', { timeout: 3_600_000 }, async (target) => {
    const faults: string[] = []
    for (let at = 0; at < target.bytes.length; at += STRIDE) {
      for (const bit of BITS) {
        const bytes = target.bytes.slice()
        bytes[at] = (bytes[at] as number) ^ (1 << bit)
        const fault = await attempt('one bit flipped', target, bytes)
        if (fault !== null) faults.push(`byte ${at} bit ${bit}: ${fault}`)
      }
    }
    expect(faults).toEqual([])
  })
})

it('random edits, several at once, are answered as well', {
  timeout: Math.max(600_000, MINUTES * 90_000),
}, async () => {
  const property = fc.asyncProperty(fc.constantFrom(...targets), byteEdits, async (target, edits) => {
    const bytes = applyEdits(target.bytes, edits)
    const fault = await attempt('random edits', target, bytes)
    if (fault !== null)
      throw new Error(`${target.name}: ${fault}\n${Buffer.from(bytes).toString('base64').slice(0, 20_000)}`)
  })
  const interruptAfterTimeLimit = LONG ? Math.max(60_000, ENDS - Date.now()) : SHORT_MS
  await fc.assert(property, { numRuns: LONG ? 1e9 : 20_000, interruptAfterTimeLimit, markInterruptAsFailure: false })
})

afterAll(() => {
  const rows = [...tallies].map(([key, t]) =>
    [key, t.trials, t.refused, t.same, t.other, t.slowestMs.toFixed(0), (t.highestBytes / 2 ** 20).toFixed(1)].join(
      ' | ',
    ),
  )
  const head = 'way | kind | trials | refused | same content | other content | slowest, ms | highest memory, MiB'
  if (LONG) console.log([`${targets.length} files`, head, ...rows].map((row) => `| ${row} |`).join('\n'))
})
