import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { openLong, writeLong } from './long-merge.ts'

function mount(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test('a really full disk: one sentence with the bytes needed, finished shards stay, and with more room it goes on', async ({
  studio,
  makeFolder,
}) => {
  const output = makeFolder('disk')
  test.skip(!mount(output, 'size=60m'), 'mounting a tmpfs is not permitted here')
  try {
    const folders = writeLong(makeFolder)
    const before = folders.map(fileHashes)
    await openLong(studio, folders)
    await studio.outputFolder(output)
    await studio.merge()
    await studio.waitForError(/full/, /needs [\d,]+ bytes/)
    const kept = readdirSync(output)
    expect(kept).toContain('slerp-studio.partial.json')
    expect(kept.filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(0)
    expect(kept.filter((name) => name.endsWith('.crswap') || name.endsWith('index.json'))).toEqual([])
    expect(mount(output, 'remount,size=600m')).toBe(true)
    await studio.page.getByRole('button', { name: 'Continue', exact: true }).click()
    await studio.waitDone()
    expect(readdirSync(output)).toContain('model.safetensors.index.json')
    expect(folders.map(fileHashes)).toEqual(before)
  } finally {
    await studio.page.goto('about:blank')
    execFileSync('umount', ['-l', output])
  }
})
