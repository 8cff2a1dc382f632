import './file-system-access.ts'
import { get, set } from 'idb-keyval'

/** Name of the entry in IndexedDB, and of the lock round its changes. */
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
  await change(async (folders) => ((await indexOfSame(folders, folder)) < 0 ? [...folders, folder] : folders))
}

export async function forget(folder: FileSystemDirectoryHandle): Promise<void> {
  await change(async (folders) => {
    const index = await indexOfSame(folders, folder)
    return index < 0 ? folders : folders.toSpliced(index, 1)
  })
}

/** Reads, changes and writes the list as one step, also when another tab does the same. */
async function change(
  next: (folders: readonly FileSystemDirectoryHandle[]) => Promise<readonly FileSystemDirectoryHandle[]>,
): Promise<void> {
  try {
    await navigator.locks.request(KEY, async () => set(KEY, await next(await rememberedFolders())))
  } catch {
    // A browser that refuses to keep it only costs the user a click at the next visit.
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

/** Whether the folder can still be written to. */
export async function mayWrite(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return ((await folder.queryPermission?.({ mode: 'readwrite' })) ?? 'granted') === 'granted'
}

/** Asks the user; only allowed while a click is being handled. */
export async function askToRead(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return ((await folder.requestPermission?.({ mode: 'read' })) ?? 'granted') === 'granted'
}

/** Asks the user for leave to write; only allowed while a click is being handled. */
export async function askToWrite(folder: FileSystemDirectoryHandle): Promise<boolean> {
  return ((await folder.requestPermission?.({ mode: 'readwrite' })) ?? 'granted') === 'granted'
}
