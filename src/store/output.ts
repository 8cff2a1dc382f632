import { isStorageFolder, storageRoom } from '../files/browser-storage.ts'
import { readFolder } from '../files/model-folder.ts'
import { notEmpty, refuseModelFolder } from '../files/output-folder.ts'
import { pickFolder } from '../files/pick-folder.ts'
import { folderSink } from '../files/sink.ts'
import { prepareMerge } from '../merge/client.ts'
import { journalled, journalStore } from '../writer/journal-store.ts'
import { cleanFolder, inspectFolder, isUnfinished } from '../writer/unfinished.ts'
import { type Output, useStudio, wordsOf } from './studio.ts'

/**
 * Lets the user pick the output folder. One that belongs to a model, or has files that are not ours, is refused with a sentence; one with
 * an unfinished merge of ours can be continued.
 */
export async function chooseOutput(): Promise<void> {
  useStudio.setState({ notice: null })
  try {
    const handle = await pickFolder('readwrite')
    if (handle === null) return
    useStudio.setState({ output: await examineOutput(handle) })
    // What follows is Merge or Continue.
    prepareMerge()
    useStudio.setState(({ run }) => (run.phase === 'running' ? {} : { run: { phase: 'idle' } }))
  } catch (cause) {
    useStudio.setState({ output: { phase: 'refused', message: wordsOf(cause) } })
  }
}

/** Looks at an output folder. @throws StudioError where that is not possible */
export async function examineOutput(handle: FileSystemDirectoryHandle): Promise<Output> {
  const refusal = await refuseModelFolder(handle, useStudio.getState().models)
  if (refusal !== null) return { phase: 'refused', message: refusal }
  const found = await inspectFolder(folderSink(handle), await journalled(handle))
  if (isUnfinished(found)) return { phase: 'unfinished', handle, found, message: null }
  const message = notEmpty(handle.name, found.others)
  const stored = await isStorageFolder(handle)
  if (message === null)
    return stored ? { phase: 'ready', handle, room: await storageRoom() } : { phase: 'ready', handle }
  if (stored) return { phase: 'kept', handle, files: await finishedFiles(handle) }
  const beside =
    found.ours.length > 0 ? ' An unfinished merge is there too: take the other files out to continue it.' : ''
  return { phase: 'refused', message: message + beside }
}

async function finishedFiles(handle: FileSystemDirectoryHandle): Promise<File[]> {
  const { files } = await readFolder(handle)
  return [...files.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Removes the unfinished merge from its folder, and nothing else. */
export async function cleanOutput(): Promise<void> {
  const { output } = useStudio.getState()
  if (output.phase !== 'unfinished' || output.found === null) return
  try {
    await cleanFolder(folderSink(output.handle), output.found)
    await journalStore(output.handle).remove()
    useStudio.setState({ output: await examineOutput(output.handle), run: { phase: 'idle' } })
  } catch (cause) {
    useStudio.setState({ output: { ...output, message: wordsOf(cause) } })
  }
}
