import { expect, test } from './fixtures.ts'
import { KillRounds } from './kill-rounds.ts'

test('a browser that is killed in the middle of a merge: another one continues, to the same files', async ({
  makeFolder,
  baseURL,
}) => {
  test.setTimeout(180_000)
  const rounds = await KillRounds.start(makeFolder, baseURL ?? '')
  expect(rounds.shards).toBeGreaterThanOrEqual(20)
  let orphans = 0
  for (const [moment, resumer] of [
    [{ kind: 'record', shards: 0 }, 'another profile'],
    [{ kind: 'record', shards: 7 }, 'same profile'],
    [{ kind: 'shard', shards: 12 }, 'another profile'],
    [{ kind: 'file', name: 'config.json' }, 'same profile'],
    [{ kind: 'file', name: 'model.safetensors.index.json' }, 'another profile'],
  ] as const) {
    const { differences, orphansThen } = await rounds.run(moment, resumer)
    orphans += orphansThen
    expect(differences, JSON.stringify(moment)).toEqual([])
  }
  expect(orphans, 'a killed browser does leave swap files').toBeGreaterThan(0)
  expect(rounds.sourcesChanged()).toEqual([])
})
