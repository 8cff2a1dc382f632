import { StudioError } from '../problem.ts'
import { isLitter } from './litter.ts'
import { createSynced } from './synced-file.ts'

/** Where a merge writes: a flat folder of files. Implemented over the File System Access API, and by tests that fail on purpose. */
export interface Sink {
  readonly name: string
  /** True for the browser's own storage: there is no other disk to choose then. */
  readonly inStorage?: boolean
  /** Names of everything in the folder that people put there. */
  list(): Promise<string[]>
  /** Opens a new file. It appears under its name, with its content, only when it is closed. */
  create(name: string): Promise<SinkFile>
  /** Reads a finished file. */
  open(name: string): Promise<Blob>
  remove(name: string): Promise<void>
}

export interface SinkFile {
  /** @param position byte offset in the file */
  write(position: number, data: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  /** Throws what was written away; nothing appears under the name. */
  abort(): Promise<void>
}

/**
 * A folder on the user's disk, or in the browser's own storage. Errors are StudioErrors that name the file.
 * @param inStorage the folder is in the browser's own storage
 */
export function folderSink(folder: FileSystemDirectoryHandle, inStorage = false): Sink {
  return {
    name: folder.name,
    inStorage,
    list: () => inWords(folder.name, 'list', () => namesIn(folder)),
    create: (name) =>
      inWords(name, 'create', async () => {
        const file = await ('createWritable' in FileSystemFileHandle.prototype
          ? createStreamed(folder, name)
          : createSynced(folder, name))
        return {
          write: (position, data) => inWords(name, 'write', () => file.write(position, data)),
          close: () => inWords(name, 'finish', () => file.close()),
          abort: () => file.abort(),
        }
      }),
    open: (name) => inWords(name, 're-read', async () => (await folder.getFileHandle(name)).getFile()),
    remove: (name) => inWords(name, 'remove', () => folder.removeEntry(name)),
  }
}

async function createStreamed(folder: FileSystemDirectoryHandle, name: string): Promise<SinkFile> {
  const handle = await folder.getFileHandle(name, { create: true })
  const stream = await handle.createWritable()
  return {
    write: (position, data) => stream.write({ type: 'write', position, data }),
    close: () => stream.close(),
    abort: () => stream.abort(),
  }
}

async function namesIn(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = []
  for await (const name of folder.keys()) if (!isLitter(name)) names.push(name)
  return names
}

async function inWords<T>(name: string, verb: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    if (cause instanceof StudioError || !(cause instanceof DOMException)) throw cause
    throw new StudioError(`Could not ${verb} ${name} in the output folder: ${reason(cause)}`, { cause })
  }
}

function reason(cause: DOMException): string {
  switch (cause.name) {
    case 'QuotaExceededError':
      return 'the disk is full. Free some space (the browser cannot see how much a chosen folder has), or choose a folder on another disk, and merge again.'
    case 'NotAllowedError':
      return 'the browser withdrew the permission to write. Press Continue and allow it; finished shards stay.'
    case 'NotFoundError':
      return 'the folder or file is gone: it was moved, renamed or deleted. Choose the output folder again.'
    case 'NoModificationAllowedError':
    case 'InvalidStateError':
      return 'another program or tab holds the file. Close it and merge again.'
    default:
      return `${cause.message || cause.name}.`
  }
}
