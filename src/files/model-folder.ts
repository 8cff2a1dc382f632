import { StudioError } from '../problem.ts'
import { sentenceOf } from './pick-folder.ts'

/** The files of a folder by name, as the readers take them (see `ModelFolder` in formats). */
export interface ListedFolder {
  readonly name: string
  readonly files: ReadonlyMap<string, File>
  /** Names of entries that are no files, such as sub-folders. */
  readonly folders: readonly string[]
}

/**
 * Lists a folder: its top-level files, none of which is read yet, and the names of its sub-folders.
 * @throws StudioError when the folder cannot be read, or shows no files at all
 */
export async function readFolder(folder: FileSystemDirectoryHandle): Promise<ListedFolder> {
  const files: File[] = []
  const folders: string[] = []
  try {
    for await (const [name, entry] of folder.entries()) {
      if (entry.kind === 'file') files.push(await (entry as FileSystemFileHandle).getFile())
      else folders.push(name)
    }
  } catch (cause) {
    throw new StudioError(`The folder “${folder.name}” could not be read: ${sentenceOf(cause)}`, { cause })
  }
  return listedFolder(folder.name, files, folders)
}

/** @throws StudioError when there are no files */
export function listedFolder(name: string, files: readonly File[], folders: readonly string[]): ListedFolder {
  if (files.length === 0) throw new StudioError(emptyFolder(name, folders))
  return { name, files: new Map(files.map((file) => [file.name, file])), folders }
}

function emptyFolder(name: string, folders: readonly string[]): string {
  if (folders.includes('snapshots') || folders.includes('blobs') || /^[0-9a-f]{40}$/.test(name) || name === 'snapshots')
    return (
      `“${name}” looks like a part of the Hugging Face cache, whose model files are symbolic links: browsers do not show those. ` +
      'Copy the model out first (huggingface-cli download … --local-dir FOLDER) and open that folder.'
    )
  if (folders.length === 0)
    return `The folder “${name}” shows no files (symbolic links are invisible to a browser). Open the folder that holds the weights and config.json.`
  const some = folders.slice(0, 4).join(', ')
  return `The folder “${name}” has no files, only the folders ${some}${folders.length > 4 ? ', …' : ''}. Open the one that holds the weights and config.json.`
}

/**
 * Several files as one model: for browsers without a folder picker, and for files dropped without their folder.
 * A folder that was chosen in a file input comes as all files in it, however deep: those of its sub-folders are left out, as `readFolder`
 * does. The name is the folder's where the browser tells it, else that of the only weight file, else `fallback`.
 * @throws StudioError when a chosen folder has no files of its own
 */
export function folderOfFiles(files: readonly File[], fallback: string): ListedFolder {
  const paths = files.map((file) => file.webkitRelativePath.split('/'))
  const [folder = ''] = paths[0] ?? []
  if (folder !== '') {
    const own = files.filter((_, i) => paths[i]?.length === 2)
    const folders = new Set(paths.filter(({ length }) => length > 2).map((path) => path[1] ?? ''))
    return listedFolder(folder, own, [...folders])
  }
  const weights = files.filter((file) => /\.(safetensors|bin|pt|pth)$/.test(file.name))
  const stem = weights.length === 1 ? weights[0]?.name.replace(/\.[^.]+$/, '') : undefined
  const named = stem === undefined || /^(model|pytorch_model|consolidated)/.test(stem) ? fallback : stem
  return { name: named, files: new Map(files.map((file) => [file.name, file])), folders: [] }
}
