import './file-system-access.ts'
import { StudioError } from '../problem.ts'

/**
 * Lets the user pick a folder.
 * @returns the folder, or null when the user closed the picker
 * @throws StudioError where the browser has no folder picker, or refuses the folder
 */
export async function pickFolder(mode: 'read' | 'readwrite'): Promise<FileSystemDirectoryHandle | null> {
  if (window.showDirectoryPicker === undefined)
    throw new StudioError(
      'This browser cannot open folders (it lacks showDirectoryPicker); Chrome and Edge on a computer can.',
    )
  try {
    return await window.showDirectoryPicker({ mode, id: mode === 'read' ? 'models' : 'output' })
  } catch (cause) {
    if (isAbort(cause)) return null
    throw new StudioError(`The folder could not be opened: ${sentenceOf(cause)}`, { cause })
  }
}

/** True for what the platform throws when the user, or our own signal, ended something. */
export function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError'
}

/** True for what the platform throws about a file that is not there. */
export function isAbsent(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'NotFoundError'
}

/** What the platform says about a failed access to the disk, in words that help. */
export function sentenceOf(cause: unknown): string {
  if (!(cause instanceof DOMException)) return cause instanceof Error ? cause.message : String(cause)
  switch (cause.name) {
    case 'NotFoundError':
      return 'it is no longer there. Was it moved, renamed or deleted?'
    case 'NotAllowedError':
    case 'SecurityError':
      return 'the browser was not given permission to read it. Open it again and allow it.'
    case 'NotReadableError':
      return 'it cannot be read. Was it changed, or is its disk gone?'
    default:
      return cause.message
  }
}
