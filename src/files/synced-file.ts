import { isAbsent } from './pick-folder.ts'
import type { SinkFile } from './sink.ts'

/** Where TypeScript's DOM library has no word for it, or only workers do. */
interface SyncedHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncAccess>
  move?(name: string): Promise<void>
}

interface SyncAccess {
  write(data: Uint8Array, options: { readonly at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

/**
 * Opens a new file in the browser's own storage where it has no `createWritable` (Safari before 26): through a synchronous access handle,
 * which only workers have. It is written beside its name, as NAME.crswap, and moved into place when it is closed, so that a torn file is
 * known by its name as one of Chromium's is. A browser that cannot move files writes under the name itself.
 */
export async function createSynced(folder: FileSystemDirectoryHandle, name: string): Promise<SinkFile> {
  const canMove = 'move' in FileSystemFileHandle.prototype
  const beside = canMove ? `${name}.crswap` : name
  const handle = (await folder.getFileHandle(beside, { create: true })) as SyncedHandle
  const access = await handle.createSyncAccessHandle()
  access.truncate(0)
  return {
    write: async (position, data) => {
      if (access.write(data, { at: position }) < data.length)
        throw new DOMException('The storage took only a part of the data.', 'QuotaExceededError')
    },
    close: async () => {
      access.flush()
      access.close()
      if (!canMove) return
      await folder.removeEntry(name).catch((cause: unknown) => {
        if (!isAbsent(cause)) throw cause
      })
      await handle.move?.(name)
    },
    abort: async () => {
      access.close()
      await folder.removeEntry(beside)
    },
  }
}
