import type { MergeProgress } from '../merge/report.ts'

/** Share of all bytes, read and written, that a merge has moved: 0 to 1. */
export function doneShare(progress: MergeProgress | null): number {
  if (progress === null) return 0
  const total = progress.bytesToRead + progress.bytesToWrite
  return total === 0 ? 0 : Math.min(1, (progress.bytesRead + progress.bytesWritten) / total)
}

/** Seconds left at the rate so far; null before there is enough to go by. */
export function secondsLeft(progress: MergeProgress): number | null {
  const share = doneShare(progress)
  return progress.seconds < 1.5 || share < 0.01 ? null : (progress.seconds * (1 - share)) / share
}
