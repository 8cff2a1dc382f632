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
  for (const [name, when, resumer] of [
    ['the record of no shard', 'before', 'another profile'],
    ['the record of 7 shards', 'after', 'same profile'],
    ['the record of 12 shards', 'before', 'another profile'],
    ['config.json', 'before', 'same profile'],
    ['model.safetensors.index.json', 'after', 'another profile'],
    ['the end of the record', 'after', 'same profile'],
  ] as const) {
    const step = rounds.steps.find((each) => each.name === name && each.when === when)
    if (step === undefined) throw new Error(`no step ${name}`)
    const { differences, orphansThen } = await rounds.run({ step }, resumer)
    orphans += orphansThen
    expect(differences, `${when} ${name}`).toEqual([])
  }
  await rounds.close()
  expect(orphans, 'a killed browser does leave swap files').toBeGreaterThan(0)
  expect(rounds.sourcesChanged()).toEqual([])
})
