import { type Run, useStudio } from '../store/studio.ts'
import { formatBytes, formatRate, formatSeconds } from './format.ts'

/** How the last merge ended. The status is always in the document, so that screen readers hear it change. */
export function RunOutcome({ run }: { readonly run: Run }) {
  const emptied = useStudio(({ output }) => (output.phase === 'ready' ? output.handle.name : null))
  const rate =
    run.phase === 'done' ? formatRate(run.report.bytesRead + run.report.bytesWritten, run.report.seconds) : null
  return (
    <>
      <div role="status" className="outcome">
        {run.phase === 'done' && (
          <p className="outcome-done">
            <b>Merge complete</b>
            <span>{formatBytes(run.report.bytesWritten)} written</span>
            <span>in {formatSeconds(run.report.seconds)}</span>
            {rate !== null && <span>{rate}</span>}
            <span>to “{run.folder}”</span>
          </p>
        )}
        {run.phase === 'cancelled' && (
          <p>
            The merge was cancelled.{' '}
            {run.filesLeft
              ? 'Keep the finished shards to continue later, or clean the folder?'
              : 'The folder is empty again.'}
          </p>
        )}
      </div>
      {run.phase === 'failed' && (
        <p role="alert" className="outcome outcome-failed">
          <b>{run.held ? 'The merge is paused.' : 'The merge failed.'}</b> {run.message}{' '}
          {emptied !== null && `No file is left in “${emptied}”: press Merge to begin anew.`}
        </p>
      )}
    </>
  )
}
