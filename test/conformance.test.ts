import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { compareWithCase } from '../e2e/comparator.ts'
import { CASES, CONFORMANCE, caseFolder, recipeOf } from '../e2e/conformance-cases.ts'
import { createReferenceEngine } from '../src/engine/reference.ts'
import { mergeOnDisk } from './support/merge-on-disk.ts'
import { SETTINGS } from './support/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'slerp-studio-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(CASES)('the golden merge %s', (name) => {
  test('comes out of the reference engine, resident', async () => {
    const output = join(folder, name)
    await mergeOnDisk(recipeOf(name), CONFORMANCE, output, createReferenceEngine())
    expect(compareWithCase(caseFolder(name), output).failures).toEqual([])
  })

  test('comes out the same when every tensor is read twice, in small shards', async () => {
    const output = join(folder, `${name}-streamed`)
    const settings = { ...SETTINGS, memoryBudget: 1, shardBytes: 20_000 }
    const { plan } = await mergeOnDisk(recipeOf(name), CONFORMANCE, output, createReferenceEngine(), settings)
    expect(plan.jobs.some(({ kind }) => kind === 'resident')).toBe(false)
    expect(plan.shards.length).toBeGreaterThan(1)
    expect(compareWithCase(caseFolder(name), output).failures).toEqual([])
  })
})
