import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { applyEdits, byteEdits } from './support/byte-edits.ts'
import { type FuzzTarget, fuzzTargets } from './support/fuzz-targets.ts'
import { emptyTally, type Tally, tryOut } from './support/fuzz-trial.ts'

// Accepted files, changed: every answer is the content or a refusal in our own words, within a second and 64 MiB.
// `npm test` takes cuts, one bit of each byte, and random edits, as many as fit into its time; `npm run fuzz` (FUZZ_MINUTES) takes every
// cut, every bit of every byte, and random edits for the rest of its time.

const MINUTES = Number(process.env['FUZZ_MINUTES'] ?? 0)
const LONG = MINUTES > 0
const ENDS = Date.now() + MINUTES * 60_000
/** Time of each way in the short run; on a quiet machine, cuts and single bits take about as long. */
const SHORT_MS = 12_000
/** The bits that are flipped of a byte: all, or another one from byte to byte. */
const bitsOf = (at: number) => (LONG ? [0, 1, 2, 3, 4, 5, 6, 7] : [(3 * at) % 8])

const targets = await fuzzTargets()
const totalBytes = targets.reduce((sum, { bytes }) => sum + bytes.length, 0)

/** Every place of a file, in an order that soon has been everywhere; in the short run as many as its share of the time allows. */
function* placesOf({ bytes }: FuzzTarget): Generator<number> {
  const end = LONG ? Number.POSITIVE_INFINITY : performance.now() + (SHORT_MS * bytes.length) / totalBytes
  for (const first of [0, 3, 6, 1, 4, 2, 5]) {
    for (let at = first; at < bytes.length; at += 7) {
      // The first round is taken on any machine.
      if (first > 0 && performance.now() > end) return
      yield at
    }
  }
}
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
    for (const length of placesOf(target)) {
      const fault = await attempt('cut at every byte', target, target.bytes.slice(0, length))
      if (fault !== null) faults.push(`${length}: ${fault}`)
    }
    expect(faults).toEqual([])
  })
})

describe('a wrong bit anywhere is refused by name, or gives the same, or is in bytes without a checksum', () => {
  it.each(targets)('$name', { timeout: 3_600_000 }, async (target) => {
    const faults: string[] = []
    for (const at of placesOf(target)) {
      for (const bit of bitsOf(at)) {
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
