import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { openLong, writeLong } from './long-merge.ts'
import type { Studio } from './studio.ts'

// What the browser cannot see by itself: a file that is exchanged for one of the same name, size, date and headers.

/** Seconds since 1970. */
const WHOLE = 1_700_000_000

async function prepare(studio: Studio, makeFolder: (name: string) => string): Promise<string> {
  const folders = writeLong(makeFolder)
  for (const folder of folders) {
    // Whole seconds: what is put back later must be the same to the last digit.
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), WHOLE, WHOLE)
  }
  await openLong(studio, folders)
  return folders[0]
}

/** Changes the last byte of a model's first shard, and puts size and date back. @returns what undoes it */
function exchange(folder: string): () => void {
  const name = readdirSync(folder).find((each) => each.endsWith('.safetensors')) ?? ''
  const path = join(folder, name)
  const [was, now] = [readFileSync(path), readFileSync(path)]
  for (let at = now.length - 4096; at < now.length; at++) now[at] = (now[at] ?? 0) ^ 1
  const put = (content: Buffer) => {
    writeFileSync(path, content)
    utimesSync(path, WHOLE, WHOLE)
  }
  put(now)
  return () => put(was)
}

test('before a merge the sources are read on request; one that is exchanged after that ends the merge by name', async ({
  studio,
  makeFolder,
}) => {
  const base = await prepare(studio, makeFolder)
  await studio.outputFolder(makeFolder('out'))
  const { page } = studio
  await page.getByRole('button', { name: 'Check the sources’ content' }).click()
  await expect(page.getByRole('status').filter({ hasText: /All \d+ tensors were read/ })).toBeVisible()
  const back = exchange(base)
  await studio.merge()
  await studio.waitForError(/other content than when it was read before/, /model-0000\d-of-0000\d.safetensors/)
  back()
  const go = page.getByRole('button', { name: 'Continue', exact: true })
  await ((await go.isVisible()) ? go : studio.mergeButton).click()
  await studio.waitDone()
})

test('at Continue the sources are compared with those that the finished shards were made from', async ({
  studio,
  makeFolder,
}) => {
  const base = await prepare(studio, makeFolder)
  const output = makeFolder('out')
  await studio.outputFolder(output)
  await studio.merge()
  const { page } = studio
  // The record is what a check compares with: until it has most shards.
  const recorded = () => {
    try {
      const text = readFileSync(join(output, 'slerp-studio.partial.json'), 'utf8')
      return (JSON.parse(text) as { finished: unknown[] }).finished.length
    } catch {
      return 0
    }
  }
  await expect.poll(recorded, { intervals: [10], timeout: 30_000 }).toBeGreaterThan(5)
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Continue', exact: true })).toBeVisible()
  const record = JSON.parse(readFileSync(join(output, 'slerp-studio.partial.json'), 'utf8')) as {
    finished: { sources: [number, string, string][] }[]
  }
  const name = record.finished[0]?.sources[0]?.[1] ?? ''
  const back = exchangeTensor(base, name)
  const check = page.getByRole('button', { name: 'Check the sources’ content' })
  await check.click()
  await studio.waitForError(/other content than when it was read before/, name, basename(base))
  back()
  await check.click()
  await expect(page.getByRole('status').filter({ hasText: /were read before have the same content/ })).toBeVisible()
  await page.getByRole('button', { name: 'Continue', exact: true }).click()
  await studio.waitDone()
})

/** Flips a bit of one tensor's first byte, and puts size and date back. @returns what undoes it */
function exchangeTensor(folder: string, tensor: string): () => void {
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.safetensors'))) {
    const path = join(folder, name)
    const content = readFileSync(path)
    const length = Number(content.readBigUInt64LE(0))
    const header = JSON.parse(content.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: number[] }>
    const at = header[tensor]?.data_offsets[0]
    if (at === undefined) continue
    const flip = () => {
      content[8 + length + at] = (content[8 + length + at] ?? 0) ^ 1
      writeFileSync(path, content)
      utimesSync(path, WHOLE, WHOLE)
    }
    flip()
    return flip
  }
  throw new Error(`no tensor ${tensor}`)
}
