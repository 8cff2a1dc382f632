import { beforeEach, expect, test } from 'vitest'
import { refuseOutput } from './output-folder.ts'

let root: FileSystemDirectoryHandle

beforeEach(async () => {
  const storage = await navigator.storage.getDirectory()
  await storage.removeEntry('output-folder', { recursive: true }).catch(() => undefined)
  root = await storage.getDirectoryHandle('output-folder', { create: true })
})

async function put(folder: FileSystemDirectoryHandle, ...names: string[]): Promise<void> {
  for (const name of names) await folder.getFileHandle(name, { create: true })
}

test('an empty folder can be written to, also when the system left its litter there', async () => {
  const output = await root.getDirectoryHandle('out', { create: true })
  expect(await refuseOutput(output, [])).toBeNull()
  await put(output, '.DS_Store')
  expect(await refuseOutput(output, [])).toBeNull()
})

test('a folder that is not empty is refused, and some of what is in it is named', async () => {
  const output = await root.getDirectoryHandle('out', { create: true })
  await put(output, 'd', 'b', 'a', 'c')
  expect(await refuseOutput(output, [])).toBe('The folder “out” is not empty: it holds “a”, “b”, “c” and 1 more.')
})

test('the folder of a model, and every folder inside it, is refused by name even when it is empty', async () => {
  const model = await root.getDirectoryHandle('llama', { create: true })
  const again = await root.getDirectoryHandle('llama')
  const inside = await (await model.getDirectoryHandle('a', { create: true })).getDirectoryHandle('b', { create: true })
  const models = [
    { name: 'files', handle: null },
    { name: 'llama', handle: model },
  ]
  expect(await refuseOutput(again, models)).toContain('is the folder of the model “llama”')
  expect(await refuseOutput(inside, models)).toContain('inside the folder of the model “llama” (a/b)')
  expect(await refuseOutput(await root.getDirectoryHandle('beside', { create: true }), models)).toBeNull()
})
