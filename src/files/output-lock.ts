import { createStore, del, entries, set } from 'idb-keyval'
import { isStorageFolder } from './browser-storage.ts'

/**
 * One merge an output folder, over all tabs of this browser profile. Folders have no name that could be locked, so each running merge
 * holds a Web Lock of its own, and its folder lies in the browser's storage under the lock's name: whoever wants a folder compares it with
 * those whose lock is held. A lock ends with its tab, however that ends.
 */
const PREFIX = 'slerp-studio output '

/** Held while a merge writes to the browser's own storage. */
const STORAGE = 'slerp-studio output in storage'

/** Held while folders are compared, so that two tabs cannot both find a folder free. */
const DOOR = 'slerp-studio outputs'

/** @returns what gives the folder back, or null when another tab writes to it */
export async function lockOutput(folder: FileSystemDirectoryHandle): Promise<(() => void) | null> {
  // No locks: an old browser, or a page without a secure context. There is no picker then either.
  if (!('locks' in navigator)) return () => undefined
  // The browser's own storage has one such folder, so that a name will do: some browsers keep no handles in IndexedDB.
  if (await isStorageFolder(folder)) return holdIfFree(STORAGE)
  return navigator.locks.request(DOOR, async () => {
    const { held = [] } = await navigator.locks.query()
    const alive = new Set(held.map(({ name }) => name))
    for (const [name, other] of await entries<string, FileSystemDirectoryHandle>(store())) {
      if (!alive.has(name)) await del(name, store())
      else if (await other.isSameEntry(folder)) return null
    }
    const name = PREFIX + crypto.randomUUID()
    await set(name, folder, store())
    const release = await hold(name)
    return () => {
      release()
      void del(name, store()).catch(() => undefined)
    }
  })
}

/** @returns what ends the lock, or null when it is held already */
function holdIfFree(name: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(null)
        return new Promise<void>((release) => resolve(release))
      })
      .catch(reject)
  })
}

/** Takes a lock nobody else knows of. @returns what ends it */
function hold(name: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(
        name,
        () =>
          new Promise<void>((release) => {
            resolve(release)
          }),
      )
      .catch(reject)
  })
}

function store(): ReturnType<typeof createStore> {
  opened ??= createStore('slerp-studio-outputs', 'running')
  return opened
}

let opened: ReturnType<typeof createStore> | null = null
