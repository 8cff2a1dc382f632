import { type RefObject, useEffect, useRef } from 'react'
import { canPickFolders } from '../files/file-system-access.ts'
import { chooseOutput } from '../store/output.ts'
import { startMerge, whyNoMerge } from '../store/run.ts'
import { notify, type Output, useStudio } from '../store/studio.ts'
import { ContinuePanel } from './continue-panel.tsx'
import { formatBytes } from './format.ts'
import { KeptPanel } from './kept-panel.tsx'
import { RunProgress } from './merge-progress.tsx'
import { RunOutcome } from './run-outcome.tsx'
import { RunTotals } from './run-totals.tsx'
import { RunningActions } from './running-actions.tsx'
import { useTitle } from './use-title.ts'

/** The bar at the bottom: where the output goes, what it costs, and Merge. Its height never changes. */
export function RunBar() {
  const run = useStudio((studio) => studio.run)
  const output = useStudio((studio) => studio.output)
  const reason = useStudio(whyNoMerge)
  const running = run.phase === 'running'
  const outputButton = useRef<HTMLButtonElement>(null)
  useTitle(run)
  useKeptFocus(running, outputButton)
  useEffect(() => {
    if (!running) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [running])
  return (
    <footer className="run">
      <div className="run-output">
        {canPickFolders() && (
          <button
            type="button"
            ref={outputButton}
            data-guide="merge"
            disabled={running}
            onClick={() => void chooseOutput()}
          >
            Output folder
          </button>
        )}
        <OutputName />
      </div>
      <div className="run-middle">
        <RunOutcome run={run} />
        {output.phase === 'refused' ? (
          <div className="run-refused">
            <p role="alert">{output.message}</p>
            {canPickFolders() && (
              <button type="button" onClick={() => void chooseOutput()}>
                Choose another folder
              </button>
            )}
          </div>
        ) : (
          <>
            {running && <RunProgress progress={run.progress} paused={run.paused} />}
            {!running && output.phase === 'unfinished' && <ContinuePanel output={output} />}
            {run.phase === 'idle' && output.phase === 'kept' && <KeptPanel output={output} />}
            {run.phase === 'idle' && output.phase !== 'unfinished' && output.phase !== 'kept' && <RunTotals />}
          </>
        )}
      </div>
      <div className="run-action">
        {running ? (
          <RunningActions run={run} />
        ) : (
          <>
            {reason !== null && (
              <span className="run-reason" id="run-reason">
                {reason}
              </span>
            )}
            <button
              type="button"
              className="primary"
              data-guide="merge"
              disabled={reason !== null}
              aria-describedby={reason === null ? undefined : 'run-reason'}
              onClick={() => void startMerge().catch(notify)}
            >
              Merge
            </button>
          </>
        )}
      </div>
    </footer>
  )
}

/** The buttons of a running merge go when it ends: the keyboard then goes on at what comes next, and not at the top of the page. */
function useKeptFocus(running: boolean, next: RefObject<HTMLButtonElement | null>): void {
  const was = useRef(running)
  useEffect(() => {
    if (was.current && !running && document.activeElement === document.body) next.current?.focus()
    was.current = running
  }, [running, next])
}

/** The browser's own storage, where there is no folder to choose. */
function StorageName({ output }: { readonly output: Output }) {
  const room = output.phase === 'ready' ? (output.room ?? null) : null
  return (
    <>
      <span className="run-folder">Browser’s storage</span>
      {room !== null && <span className="hint">{formatBytes(room)} free</span>}
    </>
  )
}

function OutputName() {
  const output = useStudio((studio) => studio.output)
  if (!canPickFolders()) return <StorageName output={output} />
  if (output.phase === 'ready' || output.phase === 'unfinished')
    return (
      <span className="run-folder" title={output.handle.name}>
        {output.handle.name}
      </span>
    )
  return <span className="hint">{output.phase === 'refused' ? 'Not usable' : 'None chosen'}</span>
}
