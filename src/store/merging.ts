import { useStudio } from './studio.ts'

/** Why nothing can be changed while a merge runs, in a sentence. */
export const MERGING = 'A merge is running: its recipe, models and settings can be changed when it has ended.'

/** True while a merge runs; says then why the change that was asked for is not made. */
export function refusedWhileMerging(): boolean {
  if (useStudio.getState().run.phase !== 'running') return false
  useStudio.setState({ notice: MERGING })
  return true
}
