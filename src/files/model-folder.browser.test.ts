import { beforeEach, expect, test } from 'vitest'
import { StudioError } from '../problem.ts'
import { folderOfFiles, readFolder } from './model-folder.ts'
import { forget, remember, rememberedFolders } from './remembered.ts'

let root: FileSystemDirectoryHandle

beforeEach(async () => {
  const storage = await navigator.storage.getDirectory()
  await storage.removeEntry('model-folder', { recursive: true }).catch(() => undefined)
  root = await storage.getDirectoryHandle('model-folder', { create: true })
})

test('a folder is listed: its files with their bytes, and the names of its sub-folders', async () => {
  const writable = await (await root.getFileHandle('config.json', { create: true })).createWritable()
  await writable.write('{}')
  await writable.close()
  await root.getDirectoryHandle('original', { create: true })
  const folder = await readFolder(root)
  expect(folder.name).toBe('model-folder')
  expect(folder.folders).toEqual(['original'])
  expect([...folder.files.keys()]).toEqual(['config.json'])
  expect(await folder.files.get('config.json')?.text()).toBe('{}')
})

test('a folder without files is refused with what it has instead, and the Hugging Face cache is explained', async () => {
  await root.getDirectoryHandle('llama', { create: true })
  await expect(readFolder(root)).rejects.toThrow(StudioError)
  await expect(readFolder(root)).rejects.toThrow('only the folders llama')
  await root.getDirectoryHandle('snapshots', { create: true })
  await expect(readFolder(root)).rejects.toThrow('symbolic links')
})

test('a folder that was deleted is refused in words', async () => {
  const gone = await root.getDirectoryHandle('gone', { create: true })
  await root.removeEntry('gone')
  await expect(readFolder(gone)).rejects.toThrow('The folder “gone” could not be read: it is no longer there.')
})

test('single files take the name of their only weight file, unless it is a name that all models have', () => {
  const config = new File(['{}'], 'config.json')
  expect(folderOfFiles([config, new File([], 'tiny.safetensors')], 'added files').name).toBe('tiny')
  expect(folderOfFiles([config, new File([], 'model.safetensors')], 'added files').name).toBe('added files')
})

test('a folder is remembered once, until it is forgotten', async () => {
  const same = await (await navigator.storage.getDirectory()).getDirectoryHandle('model-folder')
  await remember(root)
  await remember(same)
  expect(await timesRemembered(root)).toBe(1)
  await forget(same)
  expect(await timesRemembered(root)).toBe(0)
})

/** Other tests may remember folders of theirs in the same storage meanwhile. */
async function timesRemembered(folder: FileSystemDirectoryHandle): Promise<number> {
  const same = await Promise.all((await rememberedFolders()).map((other) => other.isSameEntry(folder)))
  return same.filter(Boolean).length
}
