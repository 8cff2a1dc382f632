import { cancelMerge, pauseMerge } from '../store/run.ts'
import type { Run } from '../store/studio.ts'

/** What can be done with a running merge. */
export function RunningActions({ run }: { readonly run: Extract<Run, { phase: 'running' }> }) {
  const ending = run.abort.signal.aborted
  return (
    <>
      <button type="button" disabled={run.control === null || ending} onClick={() => pauseMerge(!run.paused)}>
        {run.paused ? 'Resume' : 'Pause'}
      </button>
      <button type="button" onClick={cancelMerge} disabled={ending}>
        Cancel
      </button>
    </>
  )
}
