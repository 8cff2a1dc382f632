import './file-system-access.ts'

/** What was dropped on the page. */
export interface Dropped {
  readonly folders: readonly FileSystemDirectoryHandle[]
  readonly files: readonly File[]
}

/** True when what is dragged holds files or folders, not text or a link. */
export function holdsFiles(transfer: DataTransfer | null): boolean {
  return transfer?.types.includes('Files') ?? false
}

/**
 * Takes folders (as handles) and files out of a drop. The items are only there during the event, so that all of them are asked for
 * before the first await.
 */
export async function readDrop(transfer: DataTransfer): Promise<Dropped> {
  const entries = Array.from(transfer.items)
    .filter((item) => item.kind === 'file')
    .map((item) => ({ file: item.getAsFile(), handle: item.getAsFileSystemHandle?.() ?? Promise.resolve(null) }))
  const folders: FileSystemDirectoryHandle[] = []
  const files: File[] = []
  for (const { file, handle } of entries) {
    const found = await handle
    if (found?.kind === 'directory') folders.push(found as FileSystemDirectoryHandle)
    else if (file !== null) files.push(file)
  }
  return { folders, files }
}

/** True for a file that holds a recipe rather than a part of a model. */
export function isRecipeFile(file: File): boolean {
  return /\.ya?ml$/i.test(file.name)
}
