import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from '../fixtures.ts'
import { KillRounds, type Moment, type Resumer } from '../kill-rounds.ts'

// npm run faults: the long loop. FAULT_ROUNDS says how often the browser is killed at a random moment (200).

const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 200)
const FIGURES = fileURLToPath(new URL('../../docs/FAULTS-FIGURES.md', import.meta.url))

test('killed at random moments and at every journal step, a merge of twenty shards always comes out the same', async ({
  makeFolder,
  baseURL,
  context,
}) => {
  test.setTimeout(ROUNDS * 60_000 + 3_600_000)
  const rounds = await KillRounds.start(makeFolder, baseURL ?? '')
  const moments: [string, Moment][] = []
  for (let k = 0; k < ROUNDS; k++)
    moments.push(['at a random moment', { kind: 'time', ms: Math.random() * rounds.mergeMs }])
  for (let shards = 0; shards <= rounds.shards; shards++) {
    moments.push(['after a record', { kind: 'record', shards }])
    if (shards > 0) moments.push(['before a record', { kind: 'shard', shards }])
  }
  for (const name of rounds.otherFiles) moments.push(['at a file after the shards', { kind: 'file', name }])
  moments.sort(() => Math.random() - 0.5)
  const browser = await context.newPage().then((page) => page.evaluate(() => navigator.userAgent))
  const table = new Map<string, { rounds: number; tooLate: number; orphans: number; kept: number; failed: number }>()
  for (const [index, [label, moment]] of moments.entries()) {
    const resumer: Resumer = index % 2 === 0 ? 'another profile' : 'same profile'
    const round = await rounds.run(moment, resumer)
    const row = table.get(label) ?? { rounds: 0, tooLate: 0, orphans: 0, kept: 0, failed: 0 }
    row.rounds++
    row.tooLate += Number(round.tooLate)
    row.orphans += round.orphansThen
    row.kept += round.shardsThen
    row.failed += Number(round.differences.length > 0)
    table.set(label, row)
    if (round.differences.length > 0) console.log(label, JSON.stringify(moment), resumer, round.differences)
    if (index % 10 !== 9) continue
    console.log(`${index + 1} of ${moments.length} rounds`)
    writeFileSync(FIGURES, figures(table, rounds, browser))
  }
  const sources = rounds.sourcesChanged()
  writeFileSync(FIGURES, figures(table, rounds, browser))
  expect(sources).toEqual([])
  expect([...table.values()].reduce((sum, { failed }) => sum + failed, 0)).toBe(0)
})

function figures(
  table: ReadonlyMap<string, { rounds: number; tooLate: number; orphans: number; kept: number; failed: number }>,
  { shards, mergeMs }: KillRounds,
  browser: string,
): string {
  const rows = [...table].map(
    ([label, row]) =>
      `| ${label} | ${row.rounds} | ${row.tooLate} | ${(row.kept / row.rounds).toFixed(1)} | ${row.orphans} | ${row.failed} |`,
  )
  return `# Killed browsers

Written by \`npm run faults\`, ${new Date().toISOString().slice(0, 10)}, on ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown processor'}, Linux ${release()}, ${browser}.

A merge (three models, three stages) of ${shards} shards, ${Math.round(mergeMs)} ms from Merge to its end without a fault. The browser gets
SIGKILL; then a browser with the same profile, or with a new one that knows nothing of the merge, opens the folder and presses Continue.
A round fails where any file of the folder differs by a byte from an uninterrupted merge's, is missing, or is too many (swap files above
all). The sources' hashes were equal before and after.

| killed | rounds | merge was over before | shards there then, mean | swap files left then | rounds that failed |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}
