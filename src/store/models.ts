import { folderOfFiles, type ListedFolder, readFolder } from '../files/model-folder.ts'
import { pickFolder } from '../files/pick-folder.ts'
import { askToRead, forget, indexOfSame, mayRead, remember, rememberedFolders } from '../files/remembered.ts'
import type { ModelFolder } from '../formats/checkpoint.ts'
import { openCheckpoint } from '../formats/open-checkpoint.ts'
import { readVocabulary } from '../formats/tokenizer.ts'
import { warning } from '../problem.ts'
import { replan } from './planning.ts'
import { notify, type OpenedModel, useStudio, wordsOf } from './studio.ts'

let lastId = 0

/** Lets the user pick a model's folder and opens it. */
export async function addModel(): Promise<void> {
  useStudio.setState({ notice: null })
  try {
    const folder = await pickFolder('read')
    if (folder !== null) await openFolder(folder)
  } catch (cause) {
    notify(cause)
  }
}

/** Opens folders one after the other, as they were picked or dropped, and remembers them. */
export async function openFolder(folder: FileSystemDirectoryHandle): Promise<void> {
  const { models } = useStudio.getState()
  const same =
    models[
      await indexOfSame(
        models.map((model) => model.handle),
        folder,
      )
    ]
  if (same?.phase === 'failed') closeModel(same.id)
  else if (same !== undefined) return notifyText(`The folder “${folder.name}” is already open.`)
  await open(folder.name, folder, () => readFolder(folder))
  await remember(folder)
  await listRemembered()
}

/** Opens files as one model: single ones, or those of a folder that was chosen in a file input. */
export async function openFiles(files: readonly File[]): Promise<void> {
  if (files.length > 0) await openListed(folderOfFiles(files, freeName('added files')))
}

/** Opens a folder of which there is no handle: it is not remembered, and not opened anew when its files change. */
export async function openListed(folder: ListedFolder): Promise<void> {
  await open(folder.name, null, () => Promise.resolve(folder))
}

/** Opens a model whose files are at hand: there is no folder to remember. @returns its id */
export async function openContent(folder: ModelFolder): Promise<number> {
  return open(folder.name, null, () => Promise.resolve(folder))
}

async function open(
  name: string,
  handle: FileSystemDirectoryHandle | null,
  read: () => Promise<ModelFolder>,
): Promise<number> {
  const id = ++lastId
  const model = { id, name, colour: freeColour(), handle }
  useStudio.setState(({ models }) => ({ models: [...models, { ...model, phase: 'opening' }], notice: null }))
  try {
    const checkpoint = await openCheckpoint(await read())
    replace({ ...model, phase: 'open', checkpoint })
    void addVocabulary({ ...model, phase: 'open', checkpoint })
  } catch (cause) {
    replace({ ...model, phase: 'failed', message: wordsOf(cause), fresh: true })
  }
  replan()
  return id
}

/** Reads the tokenizer once the model is shown: large ones take a second or two. */
async function addVocabulary(model: Extract<OpenedModel, { phase: 'open' }>): Promise<void> {
  let checkpoint = model.checkpoint
  try {
    checkpoint = { ...checkpoint, vocabulary: await readVocabulary(checkpoint.sidecars) }
  } catch (cause) {
    const message = `${wordsOf(cause)} Until that is mended, rows are merged by number.`
    checkpoint = {
      ...checkpoint,
      vocabulary: null,
      problems: [...checkpoint.problems, warning(message, { where: model.name })],
    }
  }
  if (!useStudio.getState().models.some(({ id }) => id === model.id)) return
  replace({ ...model, checkpoint })
  replan()
}

/** Waits until every model is opened and its tokenizer read: until then there is no plan. */
export async function modelsSettled(): Promise<void> {
  const pending = () =>
    useStudio
      .getState()
      .models.some(
        (model) => model.phase === 'opening' || (model.phase === 'open' && model.checkpoint.vocabulary === undefined),
      )
  while (pending()) {
    await new Promise<void>((resolve) => {
      const stop = useStudio.subscribe(() => {
        stop()
        resolve()
      })
    })
  }
}

/**
 * Opens folders anew whose weight files are no longer those that were opened: the browser refuses to read a file that was touched since.
 * The browser may ask for permission, so that this must come from a click.
 */
export async function refreshModels(): Promise<void> {
  let changed = false
  for (const model of useStudio.getState().models) {
    if (model.handle === null || model.phase !== 'open') continue
    const { id, name, colour, handle } = model
    try {
      await askToRead(handle)
      const folder = await readFolder(handle)
      if (model.checkpoint.files.every((file) => isSameFile(file.blob, folder.files.get(file.name)))) continue
      const again = { id, name, colour, handle, phase: 'open', checkpoint: await openCheckpoint(folder) } as const
      replace(again)
      await addVocabulary(again)
    } catch (cause) {
      replace({ id, name, colour, handle, phase: 'failed', message: wordsOf(cause), fresh: true })
    }
    changed = true
  }
  if (changed) replan()
}

/** As far as the browser tells: content that changes without a change of size or date is not seen. */
function isSameFile(opened: Blob, now: File | undefined): boolean {
  return opened instanceof File && opened.size === now?.size && opened.lastModified === now.lastModified
}

/** Closes a model and forgets its folder. Nothing on disk is touched. */
export async function removeModel(id: number): Promise<void> {
  const handle = useStudio.getState().models.find((model) => model.id === id)?.handle
  closeModel(id)
  if (handle) await forget(handle)
}

function closeModel(id: number): void {
  useStudio.setState(({ models }) => ({ models: models.filter((model) => model.id !== id) }))
  replan()
}

function replace(model: OpenedModel): void {
  useStudio.setState(({ models }) => ({ models: models.map((other) => (other.id === model.id ? model : other)) }))
}

/** After a reload: opens at once what may be read without asking, and lists the rest. */
export async function restoreModels(): Promise<void> {
  for (const folder of await rememberedFolders()) if (await mayRead(folder)) await openFolder(folder)
  await listRemembered()
}

/** Opens folders of an earlier visit; the browser may ask the user, so that this must come from a click. */
export async function openAgain(folders: readonly FileSystemDirectoryHandle[]): Promise<void> {
  try {
    for (const folder of folders) {
      if (await askToRead(folder)) await openFolder(folder)
      else
        notifyText(
          `The browser was not allowed to read “${folder.name}”. Click it again and allow it, or add the folder anew.`,
        )
    }
  } catch (cause) {
    notify(cause)
  }
}

export async function forgetFolder(folder: FileSystemDirectoryHandle): Promise<void> {
  await forget(folder)
  await listRemembered()
}

async function listRemembered(): Promise<void> {
  const opened = useStudio.getState().models.map((model) => model.handle)
  const remembered: FileSystemDirectoryHandle[] = []
  for (const folder of await rememberedFolders()) if ((await indexOfSame(opened, folder)) < 0) remembered.push(folder)
  useStudio.setState({ remembered })
}

function freeColour(): number {
  const { models } = useStudio.getState()
  const used = new Set(models.map((model) => model.colour))
  return [0, 1, 2, 3, 4, 5].find((colour) => !used.has(colour)) ?? models.length % 6
}

function freeName(name: string): string {
  const taken = new Set(useStudio.getState().models.map((model) => model.name))
  let candidate = name
  for (let number = 2; taken.has(candidate); number++) candidate = `${name} ${number}`
  return candidate
}

function notifyText(notice: string): void {
  useStudio.setState({ notice })
}
