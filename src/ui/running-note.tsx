import { MERGING } from '../store/merging.ts'
import { useStudio } from '../store/studio.ts'

/** Id of the sentence; what is shut while a merge runs is described by it. */
export const MERGING_NOTE = 'merging-note'

/** Why recipe, models and settings are shut: a merge runs. */
export function RunningNote() {
  const running = useStudio((studio) => studio.run.phase === 'running')
  return running ? (
    <p id={MERGING_NOTE} className="running-note" title={MERGING}>
      {MERGING}
    </p>
  ) : null
}
