import { canPickFolders } from '../files/file-system-access.ts'
import { continueMerge } from '../store/continue.ts'
import { chooseOutput, cleanOutput } from '../store/output.ts'
import { notify, type Output } from '../store/studio.ts'
import type { FolderContent } from '../writer/unfinished.ts'
import { formatBytes, formatCount } from './format.ts'
import { SourceCheckButton } from './source-check.tsx'
import './styles/continue.css'

/** An unfinished merge in the output folder: what is there, what is missing, and what can be done with it. */
export function ContinuePanel({ output }: { readonly output: Extract<Output, { phase: 'unfinished' }> }) {
  const { handle, found, message } = output
  return (
    <section className="continue" aria-label="Unfinished merge">
      <div>
        <p>{whatIsThere(handle.name, found)}</p>
        {found !== null && <p>{whatIsLeft(found)}</p>}
        {message !== null && (
          <p role="alert" className="continue-refused">
            {message}
          </p>
        )}
      </div>
      <div className="continue-actions">
        <button type="button" className="primary" onClick={() => void continueMerge().catch(notify)}>
          Continue
        </button>
        {found !== null && (
          <button
            type="button"
            title={`Removes ${formatCount(found.ours.length)} files of the unfinished merge`}
            onClick={() => void cleanOutput()}
          >
            Clean the folder
          </button>
        )}
        {canPickFolders() && (
          <button type="button" onClick={() => void chooseOutput()}>
            Choose another folder
          </button>
        )}
      </div>
      {found !== null && <SourceCheckButton brief />}
    </section>
  )
}

/** Names of files that a sentence lists before it counts the rest. */
const NAMES_SHOWN = 3

/** Which files are left in the folder, and what becomes of them. */
function whatIsLeft({ ours }: FolderContent): string {
  const rest = ours.length - NAMES_SHOWN
  const names = rest > 1 ? [...ours.slice(0, NAMES_SHOWN), `${formatCount(rest)} more`] : ours
  const list = names.length === 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
  return `Left there: ${list}. Continue keeps what is finished and makes the rest; Clean the folder removes ${ours.length === 1 ? 'it' : 'them'}.`
}

function whatIsThere(folder: string, found: FolderContent | null): string {
  if (found === null)
    return `“${folder}” cannot be looked at now: its permission was withdrawn, or it was moved. Continue asks for it again.`
  const { partial, finishedShards, finishedBytes } = found
  if (partial === null)
    return `“${folder}” holds an unfinished merge whose record cannot be read: its shards cannot be checked and will be made anew.`
  const total = partial.shards.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const models = partial.models.map(({ name }) => `“${name}”`).join(', ')
  return `“${folder}” holds an unfinished merge of ${models}: ${formatCount(finishedShards)} of ${formatCount(partial.shards.length)} shards are there, ${formatBytes(total - finishedBytes)} of ${formatBytes(total)} are missing.`
}
