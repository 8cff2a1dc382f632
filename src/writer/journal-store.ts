import { createStore, del, entries, set } from 'idb-keyval'
import type { JournalStore } from './journal.ts'
import { decodePartial, type Partial } from './partial.ts'

/** One unfinished merge in the browser's storage: its folder, and its record as text. */
interface Entry {
  readonly folder: FileSystemDirectoryHandle
  readonly partial: string
}

/** The journal of one output folder. A browser that keeps nothing (private windows) only loses the second copy. */
export function journalStore(folder: FileSystemDirectoryHandle): JournalStore {
  let key: IDBValidKey | null = null
  return {
    async put(partial: Partial) {
      await lenient(async () => {
        key ??= (await findEntry(folder))?.key ?? crypto.randomUUID()
        await set(key, { folder, partial: JSON.stringify(partial) } satisfies Entry, store())
      })
    },
    async remove() {
      await lenient(async () => {
        const found = key ?? (await findEntry(folder))?.key
        if (found !== undefined) await del(found, store())
      })
    },
  }
}

/** What the browser's storage knows of an unfinished merge in this folder. */
export async function journalled(folder: FileSystemDirectoryHandle): Promise<Partial | null> {
  const found = await lenient(() => findEntry(folder))
  return found == null ? null : decodePartial(found.entry.partial)
}

async function findEntry(folder: FileSystemDirectoryHandle): Promise<{ key: IDBValidKey; entry: Entry } | null> {
  for (const [key, entry] of await entries<IDBValidKey, Entry>(store()))
    if (await entry.folder.isSameEntry(folder)) return { key, entry }
  return null
}

function store(): ReturnType<typeof createStore> {
  opened ??= createStore('slerp-studio-journal', 'merges')
  return opened
}

let opened: ReturnType<typeof createStore> | null = null

async function lenient<T>(action: () => Promise<T>): Promise<T | null> {
  try {
    return await action()
  } catch {
    return null
  }
}
