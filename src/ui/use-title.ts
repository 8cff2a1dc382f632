import { useEffect } from 'react'
import type { Run } from '../store/studio.ts'
import { doneShare } from './done-share.ts'

/** The document's title says how far the merge is, for people who look from another tab. */
export function useTitle(run: Run): void {
  const title = titleOf(run)
  useEffect(() => {
    document.title = title
  }, [title])
}

function titleOf(run: Run): string {
  if (run.phase === 'running') return `${Math.floor(100 * doneShare(run.progress))} % – Slerp Studio`
  if (run.phase === 'done') return 'Merge complete – Slerp Studio'
  return run.phase === 'failed' ? 'Merge failed – Slerp Studio' : 'Slerp Studio'
}
