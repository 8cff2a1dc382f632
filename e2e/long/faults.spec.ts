import { cpus, release } from 'node:os'
import { expect, test } from '../fixtures.ts'
import { KillRounds, type Moment, type Resumer } from '../kill-rounds.ts'
import { KillRecord } from './kill-record.ts'

// npm run faults: the long loop. FAULT_ROUNDS says how often the browser is killed in all (200): at every step of the journal once, and the
// rest at random moments. What was run before, of the same build, counts: the loop can be stopped and gone on with.

const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 200)

test('killed at random moments and at every journal step, a merge of twenty shards always comes out the same', async ({
  makeFolder,
  baseURL,
  context,
}) => {
  test.setTimeout(ROUNDS * 60_000 + 3_600_000)
  const record = new KillRecord()
  const rounds = await KillRounds.start(makeFolder, baseURL ?? '')
  expect(rounds.shards).toBeGreaterThanOrEqual(20)
  const browser = await context.newPage().then((page) => page.evaluate(() => navigator.userAgent))
  const machine = `${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, Linux ${release()}, ${/Chrome\/\d+/.exec(browser)?.[0] ?? browser}`
  const steps = rounds.steps.filter((step) => !record.has(step))
  for (let number = record.rounds.length; number < ROUNDS || steps.length > 0; number++) {
    // Steps and random moments in turn, so that a loop that is stopped has some of both; no step is left out for want of rounds.
    const step = number % 2 === 0 || ROUNDS - number <= steps.length ? steps.shift() : undefined
    const moment: Moment = step === undefined ? { ms: Math.random() * rounds.mergeMs } : { step }
    const resumer: Resumer = Math.random() < 0.5 ? 'another profile' : 'same profile'
    const round = await rounds.run(moment, resumer)
    record.add({ ...round, name: step?.name ?? null, when: step?.when ?? null, resumer })
    if (round.differences.length > 0) console.log(JSON.stringify(moment), resumer, round.differences)
    if (number % 10 !== 9) continue
    console.log(`${number + 1} of ${ROUNDS} rounds`)
    record.writeFigures(rounds, machine, rounds.sourcesChanged().length === 0)
  }
  await rounds.close()
  record.writeFigures(rounds, machine, rounds.sourcesChanged().length === 0)
  expect(rounds.sourcesChanged()).toEqual([])
  expect(record.rounds.filter(({ differences }) => differences.length > 0)).toEqual([])
})
