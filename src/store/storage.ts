import { clearStorage, hasStorage, storageFolder } from '../files/browser-storage.ts'
import { canPickFolders } from '../files/file-system-access.ts'
import { journalStore } from '../writer/journal-store.ts'
import { examineOutput } from './output.ts'
import { replan } from './planning.ts'
import { type Output, useStudio, wordsOf } from './studio.ts'

// Where no folder on disk can be picked, merges go to the browser's own storage, and from there to wherever downloads go.

/** True where merges go to the browser's own storage. */
export function writesToStorage(): boolean {
  return !canPickFolders() && hasStorage()
}

/** Makes the browser's own storage the output folder: there is no other one, so that nobody need be asked. */
export async function chooseStorage(): Promise<void> {
  try {
    setOutput(await examineOutput(await storageFolder()))
  } catch (cause) {
    setOutput({ phase: 'refused', message: wordsOf(cause) })
  }
}

/** Removes a merge from the browser's own storage, finished or not. @throws StudioError where the browser does not let go of it */
export async function removeStored(): Promise<void> {
  const { output } = useStudio.getState()
  if (output.phase !== 'kept') return
  await clearStorage()
  await journalStore(output.handle).remove()
  useStudio.setState({ run: { phase: 'idle' } })
  await chooseStorage()
}

/** Room in the browser's storage is a part of the plan's problems. */
function setOutput(output: Output): void {
  useStudio.setState({ output })
  replan()
}
