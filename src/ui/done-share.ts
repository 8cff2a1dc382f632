import type { MergeProgress } from '../merge/report.ts'

/** Share of all bytes, read and written, that a merge has moved: 0 to 1. */
export function doneShare(progress: MergeProgress | null): number {
  if (progress === null) return 0
  const total = progress.bytesToRead + progress.bytesToWrite
  return total === 0 ? 0 : Math.min(1, (progress.bytesRead + progress.bytesWritten) / total)
}

/** Seconds left of those that are expected in all; null before there is enough to go by. */
export function secondsLeft({ expectedSeconds, seconds }: MergeProgress): number | null {
  return expectedSeconds === null ? null : Math.max(0, expectedSeconds - seconds)
}
