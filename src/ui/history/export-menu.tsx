import { useId, useRef } from 'react'
import { DIALECT_WORDS } from '../../recipe/dialect.ts'
import { exportForMergekit } from '../../recipe/export.ts'
import { fileNameOf } from '../../store/recipe-name.ts'
import { useStudio } from '../../store/studio.ts'
import { saveText } from './save-text.ts'

/** The recipe as a file: as it is written, or so that today's mergekit gives every tensor the t shown here. */
export function ExportMenu() {
  const text = useStudio((studio) => studio.recipeText)
  const name = useStudio((studio) => studio.recipeName)
  const dialect = useStudio((studio) => studio.parsed.recipe?.dialect)
  const popover = useRef<HTMLDivElement>(null)
  const id = useId()
  const file = fileNameOf(name)
  const asWritten = (): void => {
    saveText(`${file}.yml`, text)
    popover.current?.hidePopover()
  }
  const forMergekit = (): void => {
    const { plan } = useStudio.getState()
    const exported = exportForMergekit(text, plan === null ? null : plan.jobs.map((job) => job.name))
    popover.current?.hidePopover()
    if ('problem' in exported) useStudio.setState({ notice: exported.problem })
    else saveText(`${file}-mergekit.yml`, exported.text)
  }
  return (
    <>
      <button type="button" className={text.trim() === '' ? 'quiet absent' : 'quiet'} popoverTarget={id}>
        Export
      </button>
      <div ref={popover} id={id} popover="auto" className="popover export" role="dialog" aria-label="Export">
        <button type="button" onClick={asWritten}>
          YAML as written
        </button>
        {dialect !== undefined && (
          <>
            <button type="button" onClick={forMergekit}>
              YAML for today’s mergekit
            </button>
            <p className="hint">
              {dialect === 'mergekit'
                ? 'This recipe is read as today’s mergekit reads it: both files are the same.'
                : `Gives every tensor the t shown here, which is that of ${DIALECT_WORDS[dialect].label}, in the mergekit of today.`}
            </p>
          </>
        )}
      </div>
    </>
  )
}
