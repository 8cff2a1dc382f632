import { useEffect, useState } from 'react'
import { tarOf } from '../files/tar.ts'
import { removeStored } from '../store/storage.ts'
import { notify, useStudio } from '../store/studio.ts'
import { formatBytes, plural } from './format.ts'
import './styles/downloads.css'

/** The files of a finished merge, where they lie in the browser's own storage: as a part of its report. */
export function ReportDownloads() {
  const output = useStudio((studio) => studio.output)
  return output.phase === 'kept' ? <Downloads files={output.files} /> : null
}

/** Links to every file and to all of them in one archive, and the way to remove them here. */
export function Downloads({ files }: { readonly files: readonly File[] }) {
  const links = useLinks(files)
  const bytes = totalBytes(files)
  return (
    <section className="downloads" aria-label="Downloads">
      <p>
        The files lie in this browser’s own storage, which it may clear when the disk runs low: download them, then
        remove them here.
      </p>
      <div className="downloads-actions">
        {links !== null && (
          <a className="button primary" href={links.all} download={`${ARCHIVE}.tar`}>
            Download all in one .tar ({formatBytes(bytes)})
          </a>
        )}
        <RemoveStored files={files} />
      </div>
      {links !== null && (
        <ul className="downloads-files" aria-label="Files to download">
          {files.map((file, index) => (
            <li key={file.name}>
              <a href={links.each[index]} download={file.name}>
                {file.name}
              </a>{' '}
              <span className="hint">{formatBytes(file.size)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Name of the archive, and of the folder that it unpacks into. */
const ARCHIVE = 'merged-model'

export function totalBytes(files: readonly File[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

interface Links {
  readonly all: string
  readonly each: readonly string[]
}

/** Addresses of the files in this page: they hold references, no bytes. */
function useLinks(files: readonly File[]): Links | null {
  const [links, setLinks] = useState<Links | null>(null)
  useEffect(() => {
    const made = {
      all: URL.createObjectURL(tarOf(ARCHIVE, files)),
      each: files.map((file) => URL.createObjectURL(file)),
    }
    setLinks(made)
    return () => {
      for (const url of [made.all, ...made.each]) URL.revokeObjectURL(url)
    }
  }, [files])
  return links
}

function RemoveStored({ files }: { readonly files: readonly File[] }) {
  const [asked, setAsked] = useState(false)
  if (!asked)
    return (
      <button type="button" onClick={() => setAsked(true)}>
        Remove from the browser’s storage
      </button>
    )
  return (
    // biome-ignore lint/a11y/useSemanticElements: a question with its two answers, not the fields of a form.
    <div role="group" aria-label="Remove the files?" className="downloads-asked">
      <span>
        Remove {plural(files.length, 'file')} ({formatBytes(totalBytes(files))})? What was not downloaded is lost.
      </span>
      <button type="button" onClick={() => void removeStored().catch(notify)}>
        Remove
      </button>
      <button type="button" onClick={() => setAsked(false)}>
        Keep
      </button>
    </div>
  )
}
