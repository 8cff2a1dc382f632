import { checkSources, stopChecking } from '../store/source-check.ts'
import { notify, useStudio } from '../store/studio.ts'
import './styles/source-check.css'

/** Reads the models whole on request, and says whether their content is what it was: what the browser cannot tell by size and date. */
export function SourceCheckButton({
  brief = false,
}: {
  /** Says by the button alone what it is for. */ readonly brief?: boolean
}) {
  const check = useStudio((studio) => studio.sourceCheck)
  const running = check.phase === 'running'
  return (
    <div className="source-check">
      <button
        type="button"
        title="Reads all models once and compares their content. A file that was exchanged for one of the same name, size, date and headers is not noticed otherwise."
        onClick={() => (running ? stopChecking() : void checkSources().catch(notify))}
      >
        {running ? 'Stop checking' : 'Check the sources’ content'}
      </button>
      {running && <progress aria-label="Sources checked" max={1} value={check.done} />}
      <span role="status" className="hint">
        {running
          ? `${Math.floor(100 * check.done)} %`
          : check.phase === 'none'
            ? brief
              ? ''
              : 'An exchange for a file of the same size and date is not noticed otherwise.'
            : check.differs
              ? ''
              : check.message}
      </span>
      {check.phase === 'done' && check.differs && (
        <p role="alert" className="source-check-differs">
          {check.message}
        </p>
      )}
    </div>
  )
}
