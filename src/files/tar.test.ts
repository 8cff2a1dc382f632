import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { paxRecords, tarOf } from './tar.ts'

const scratch = mkdtempSync(join(tmpdir(), 'slerp-studio-tar-'))
afterAll(() => rmSync(scratch, { recursive: true }))

it('is unpacked by tar to the same files, whatever their names and sizes are', async () => {
  const contents = new Map([
    ['config.json', '{}\n'],
    ['empty', ''],
    ['model-00001-of-00002.safetensors', 'x'.repeat(512)],
    ['modèle 😀.safetensors', 'y'.repeat(513)],
    [`${'long-'.repeat(30)}name`, 'z'.repeat(1025)],
  ])
  const archive = tarOf(
    'merged',
    [...contents].map(([name, text]) => new File([text], name)),
  )
  expect(archive.size % 512).toBe(0)
  const path = join(scratch, 'merged.tar')
  writeFileSync(path, new Uint8Array(await archive.arrayBuffer()))
  execFileSync('tar', ['-xf', path, '-C', scratch], { env: { ...process.env, LC_ALL: 'C.UTF-8' } })
  const unpacked = readdirSync(join(scratch, 'merged')).map((name) => [
    name,
    readFileSync(join(scratch, 'merged', name), 'utf8'),
  ])
  expect(new Map(unpacked as [string, string][])).toEqual(contents)
})

it('says the size of a file that eleven octal digits do not hold in a record of its own', () => {
  const records = (size: number) => new TextDecoder().decode(paxRecords('merged/a', size) ?? new Uint8Array(0))
  expect(records(8 * 2 ** 30 - 1)).toBe('')
  expect(records(8 * 2 ** 30)).toBe('19 size=8589934592\n')
})
