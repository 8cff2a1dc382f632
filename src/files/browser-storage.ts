import { StudioError } from '../problem.ts'
import { isAbsent, sentenceOf } from './pick-folder.ts'

/** The folder in the browser's own storage (OPFS) that a merge is written to where no folder on disk can be picked. */
const FOLDER = 'merged model'

/** True where the browser keeps files for a page: all current ones do, in secure contexts. */
export function hasStorage(): boolean {
  return typeof navigator.storage?.getDirectory === 'function'
}

/** @throws StudioError where the browser does not let this page keep files (private windows of some browsers) */
export async function storageFolder(): Promise<FileSystemDirectoryHandle> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true })
  } catch (cause) {
    throw new StudioError(
      `The browser does not let this page keep files, so that no merge can be written: ${sentenceOf(cause)} A private window may be the reason.`,
      { cause },
    )
  }
}

/** True for that folder, false for one on the user's disk. */
export async function isStorageFolder(folder: FileSystemDirectoryHandle): Promise<boolean> {
  if (!hasStorage() || folder.name !== FOLDER) return false
  try {
    return await (await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER)).isSameEntry(folder)
  } catch {
    return false
  }
}

/**
 * Chromium tells every page this much beside what it uses, however large the disk is, so that the figure identifies nobody; on a smaller
 * disk, that disk's size.
 */
const TOLD_TO_ALL = 10 * 2 ** 30

/** Bytes that the browser lets this page keep in addition to what it has; null where it does not tell. */
export async function storageRoom(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate()
    const room = Math.max(0, (quota ?? TOLD_TO_ALL) - (usage ?? 0))
    return quota === undefined || room === TOLD_TO_ALL ? null : room
  } catch {
    return null
  }
}

/** Asks the browser not to clear this page's storage when the disk runs low. Some ask the user, so that it must come from a click. */
export async function askToKeep(): Promise<boolean> {
  try {
    return (await navigator.storage.persisted()) || (await navigator.storage.persist())
  } catch {
    return false
  }
}

/** Removes the folder of the merge and everything in it. */
export async function clearStorage(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(FOLDER, { recursive: true })
  } catch (cause) {
    if (isAbsent(cause)) return
    throw new StudioError(
      `The files could not be removed: ${sentenceOf(cause)} Close other tabs of this page, and wait for downloads to end.`,
      { cause },
    )
  }
}
