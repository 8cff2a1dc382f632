import { canPickFolders } from '../files/file-system-access.ts'
import { refuseOutput } from '../files/output-folder.ts'
import { isAbort } from '../files/pick-folder.ts'
import { runMerge } from '../merge/client.ts'
import type { MergeProgress } from '../merge/report.ts'
import type { Plan } from '../plan/plan.ts'
import { exactGramsOf } from './geometry.ts'
import { inputsOf } from './inputs.ts'
import { type Run, type Studio, useStudio, wordsOf } from './studio.ts'

/** Why Merge cannot start, in a few words; null when it can. */
export function whyNoMerge(studio: Studio): string | null {
  if (studio.run.phase === 'running') return 'A merge is running.'
  if (studio.recipeText.trim() === '')
    return studio.models.length === 0 ? 'Add models and a recipe first.' : 'Import a recipe first.'
  if (studio.models.some((model) => model.phase === 'opening')) return 'Models are being opened.'
  const errors = studio.problems.filter(({ severity }) => severity === 'error').length
  if (errors > 0)
    return errors === 1 ? 'One error is left under Problems.' : `${errors} errors are left under Problems.`
  if (studio.plan === null) return 'There is no plan yet.'
  if (!canPickFolders()) return 'This browser cannot write to a folder.'
  if (studio.output.phase !== 'ready') return 'Choose an output folder.'
  return null
}

/** Runs the merge that the plan describes into the output folder. */
export async function startMerge(): Promise<void> {
  const studio = useStudio.getState()
  const { plan, output } = studio
  if (whyNoMerge(studio) !== null || plan === null || output.phase !== 'ready') return
  const abort = new AbortController()
  settleFailures()
  useStudio.setState({ run: { phase: 'running', progress: null, abort, plan } })
  const refusal = await refuseOutput(output.handle, studio.models).catch(wordsOf)
  if (refusal !== null)
    return useStudio.setState({ run: { phase: 'idle' }, output: { phase: 'refused', message: refusal } })
  const screen = await keepScreenAwake()
  const end = await finish(studio, plan, output.handle, abort)
  await screen?.release()
  // The next merge needs a folder of its own, unless nothing was left in this one.
  const filesLeft = (await refuseOutput(output.handle, []).catch(wordsOf)) !== null
  const run: Run = end.phase === 'cancelled' ? { phase: 'cancelled', filesLeft } : end
  useStudio.setState(filesLeft ? { run, output: { phase: 'none' } } : { run })
}

async function finish(
  studio: Studio,
  plan: Plan,
  output: FileSystemDirectoryHandle,
  abort: AbortController,
): Promise<Run> {
  const { engine, verify } = studio.settings
  try {
    const request = { plan, inputs: inputsOf(studio, plan), output, engine, verify }
    const report = await runMerge(
      request,
      (progress) => showProgress(progress, abort),
      abort.signal,
      exactGramsOf(plan),
    )
    return { phase: 'done', report, plan, folder: output.name }
  } catch (cause) {
    return isAbort(cause) || abort.signal.aborted
      ? { phase: 'cancelled', filesLeft: false }
      : { phase: 'failed', message: wordsOf(cause) }
  }
}

function showProgress(progress: MergeProgress, abort: AbortController): void {
  useStudio.setState(({ run }) => (run.phase === 'running' && run.abort === abort ? { run: { ...run, progress } } : {}))
}

/** From here on an alert means this merge: older failures are plain text. */
function settleFailures(): void {
  useStudio.setState(({ models }) => ({
    notice: null,
    models: models.map((model) => (model.phase === 'failed' ? { ...model, fresh: false } : model)),
  }))
}

/** Ends the running merge; files that are not finished are removed. */
export function cancelMerge(): void {
  const { run } = useStudio.getState()
  if (run.phase === 'running') run.abort.abort()
}

async function keepScreenAwake(): Promise<WakeLockSentinel | null> {
  try {
    return (await navigator.wakeLock?.request('screen')) ?? null
  } catch {
    // Refused on low battery or in a hidden tab; the merge goes on all the same.
    return null
  }
}
