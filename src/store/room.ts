import { isStorageFolder, storageRoom } from '../files/browser-storage.ts'
import type { Plan } from '../plan/plan.ts'
import { error, type Problem, StudioError } from '../problem.ts'

/** Refuses a merge that the browser's storage has no room for; nothing for folders on disk, whose room no browser tells. */
export async function checkRoom(handle: FileSystemDirectoryHandle, plan: Plan, finishedBytes: number): Promise<void> {
  if (!(await isStorageFolder(handle))) return
  const problem = roomProblem(await storageRoom(), plan.totals.bytesWritten - finishedBytes)
  if (problem !== null) throw new StudioError(problem.message)
}

/** @param needed bytes that are still to be written */
export function roomProblem(room: number | null, needed: number): Problem | null {
  if (room === null || needed <= room) return null
  return error(
    `The browser’s storage has room for ${megabytes(room)}, and the merge needs ${megabytes(needed)}: free space on the disk, or merge in Chrome or Edge on a computer, which write to a folder of yours.`,
    { where: 'Output' },
  )
}

function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}
