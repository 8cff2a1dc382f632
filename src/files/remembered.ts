import './file-system-access.ts'
import { get, set, update } from 'idb-keyval'

const KEY = 'folders'

/** Folders that were open before the page was reloaded. Empty where the browser keeps nothing (private windows). */
export async function rememberedFolders(): Promise<readonly FileSystemDirectoryHandle[]> {
  try {
    return (await get<FileSystemDirectoryHandle[]>(KEY)) ?? []
  } catch {
    return []
  }
}

/** Keeps a folder for the next visit. */
export async function remember(folder: FileSystemDirectoryHandle): Promise<void> {
  try {
    const known = await rememberedFolders()
    if ((await indexOfSame(known, folder)) >= 0) return
    await update<FileSystemDirectoryHandle[]>(KEY, (folders) => [...(folders ?? []), folder])
  } catch {
    // A browser that refuses to keep it only costs the user a click at the next visit.
  }
}

export async function forget(folder: FileSystemDirectoryHandle): Promise<void> {
  try {
    const known = [...(await rememberedFolders())]
    const index = await indexOfSame(known, folder)
    if (index >= 0) await set(KEY, known.toSpliced(index, 1))
  } catch {
    // See above: nothing is lost.
  }
}

/** Index of the entry that is the same folder on disk, or -1. */
export async function indexOfSame(
  folders: readonly (FileSystemDirectoryHandle | null)[],
  folder: FileSystemDirectoryHandle,
): Promise<number> {
  for (const [index, other] of folders.entries()) if (other !== null && (await other.isSameEntry(folder))) return index
  return -1
}

/** Whether the folder can be read without asking. After a reload most browsers say `prompt` until the user clicks. */
export async function mayRead(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return ((await folder.queryPermission?.({ mode: 'read' })) ?? 'granted') === 'granted'
}

/** Asks the user; only allowed while a click is being handled. */
export async function askToRead(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return ((await folder.requestPermission?.({ mode: 'read' })) ?? 'granted') === 'granted'
}
