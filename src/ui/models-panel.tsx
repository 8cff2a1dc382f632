import { type ChangeEvent, useId } from 'react'
import { canPickFolders } from '../files/file-system-access.ts'
import { addModel, forgetFolder, openAgain, openFiles } from '../store/models.ts'
import { notify, useStudio } from '../store/studio.ts'
import { GuidePlace } from './guide/guide-place.tsx'
import { Lacking } from './lacking.tsx'
import { ModelCard } from './model-card.tsx'

/** The opened models, and the ways to open more. */
export function ModelsPanel() {
  const models = useStudio((studio) => studio.models)
  const title = useId()
  return (
    <section className="panel models" aria-labelledby={title}>
      <div className="panel-head">
        <h2 id={title}>Models</h2>
        {models.length > 0 && <span className="panel-count">{models.length}</span>}
      </div>
      <div className="models-add">
        {canPickFolders() ? (
          <button type="button" data-guide="models" onClick={() => void addModel()}>
            Add model
          </button>
        ) : (
          canChooseFolders() && <FileInput button="Add model" label="Folder of a model" folder />
        )}
        <FileInput button="Add files" label="Files of a model" />
      </div>
      <Lacking />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard. */}
      <section className="models-scroll" aria-label="Opened folders" tabIndex={0}>
        {models.length > 0 && (
          <ul className="models-list" aria-labelledby={title}>
            {models.map((model) => (
              <ModelCard key={model.id} model={model} />
            ))}
          </ul>
        )}
        {models.length === 0 && <p className="hint models-none">None is open yet.</p>}
        <OpenAgain />
      </section>
      <GuidePlace />
    </section>
  )
}

/** True where a file input takes a whole folder: on computers, not on telephones. */
function canChooseFolders(): boolean {
  return 'webkitdirectory' in HTMLInputElement.prototype
}

interface FileInputProps {
  readonly button: string
  readonly label: string
  /** Choose a folder, of which all files come. */
  readonly folder?: boolean
}

/** Files as one model: the button opens the file input, which is out of sight. */
function FileInput({ button, label, folder = false }: FileInputProps) {
  const id = useId()
  const take = (event: ChangeEvent<HTMLInputElement>): void => {
    const files = Array.from(event.target.files ?? [])
    event.target.value = ''
    openFiles(files).catch(notify)
  }
  return (
    <>
      <button
        type="button"
        data-guide={folder ? 'models' : undefined}
        onClick={() => document.getElementById(id)?.click()}
      >
        {button}
      </button>
      <input
        id={id}
        type="file"
        multiple
        hidden
        aria-label={label}
        onChange={take}
        ref={(input) => {
          if (input !== null) input.webkitdirectory = folder
        }}
      />
    </>
  )
}

/** Folders of an earlier visit: one click, because the browser wants to ask again. */
function OpenAgain() {
  const remembered = useStudio((studio) => studio.remembered)
  const title = useId()
  if (remembered.length === 0) return null
  return (
    <div className="again">
      <div className="again-head">
        <h3 id={title}>Open again</h3>
        {remembered.length > 1 && (
          <button type="button" className="quiet" onClick={() => void openAgain(remembered)}>
            Open all
          </button>
        )}
      </div>
      <ul aria-labelledby={title}>
        {remembered.map((folder, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two folders may have one name, and handles have no other identity.
          <li key={`${folder.name} ${index}`}>
            <button type="button" className="again-open" onClick={() => void openAgain([folder])}>
              {folder.name}
            </button>
            <button
              type="button"
              className="quiet"
              aria-label={`Forget ${folder.name}`}
              onClick={() => void forgetFolder(folder)}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
