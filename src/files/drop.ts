import './file-system-access.ts'

/** What was dropped on the page. */
export interface Dropped {
  readonly folders: readonly FileSystemDirectoryHandle[]
  /** Folders of browsers that give no handles: their own files, and the names of their sub-folders. */
  readonly listed: readonly DroppedFolder[]
  readonly files: readonly File[]
}

export interface DroppedFolder {
  readonly name: string
  readonly files: readonly File[]
  readonly folders: readonly string[]
}

/** True when what is dragged holds files or folders, not text or a link. */
export function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

/**
 * Takes folders (as handles, where the browser has them) and files out of a drop. The items are only there during the event, so that all
 * of them are asked for before the first await.
 */
export async function readDrop(transfer: DataTransfer): Promise<Dropped> {
  const items = Array.from(transfer.items)
    .filter((item) => item.kind === 'file')
    .map((item) => ({
      file: item.getAsFile(),
      entry: item.webkitGetAsEntry?.() ?? null,
      handle: item.getAsFileSystemHandle?.() ?? Promise.resolve(null),
    }))
  const folders: FileSystemDirectoryHandle[] = []
  const listed: DroppedFolder[] = []
  const files: File[] = []
  for (const { file, entry, handle } of items) {
    const found = await handle
    if (found?.kind === 'directory') folders.push(found as FileSystemDirectoryHandle)
    else if (found === null && entry?.isDirectory === true)
      listed.push(await listEntry(entry as FileSystemDirectoryEntry))
    else if (file !== null) files.push(file)
  }
  return { folders, listed, files }
}

async function listEntry(folder: FileSystemDirectoryEntry): Promise<DroppedFolder> {
  const reader = folder.createReader()
  const entries: FileSystemEntry[] = []
  // A reader gives some entries at a time, and none when there are no more.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) break
    entries.push(...some)
  }
  const own = entries.filter((entry): entry is FileSystemFileEntry => entry.isFile)
  const files = await Promise.all(
    own.map((entry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject))),
  )
  return { name: folder.name, files, folders: entries.filter((entry) => entry.isDirectory).map(({ name }) => name) }
}

/** True for a file that may hold a recipe: YAML, or a model card. */
export function isRecipeFile(file: File): boolean {
  return isYaml(file) || /\.(?:md|markdown)$/i.test(file.name)
}

export function isYaml(file: File): boolean {
  return /\.ya?ml$/i.test(file.name)
}
