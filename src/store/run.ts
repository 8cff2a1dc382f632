import { askToKeep, hasStorage, isStorageFolder } from '../files/browser-storage.ts'
import { canPickFolders } from '../files/file-system-access.ts'
import { lockOutput } from '../files/output-lock.ts'
import { isAbort } from '../files/pick-folder.ts'
import { mayWrite } from '../files/remembered.ts'
import { runMerge } from '../merge/client.ts'
import { NO_CHECKS } from './checks.ts'
import { exactGramsOf } from './geometry.ts'
import { inputsOf } from './inputs.ts'
import { knownSources } from './known-sources.ts'
import { modelsSettled, refreshModels } from './models.ts'
import { examineOutput } from './output.ts'
import { keepPace, paceInto } from './pace.ts'
import { checkRoom } from './room.ts'
import { type Output, type Run, type Studio, useStudio, wordsOf } from './studio.ts'
import { keepScreenAwake } from './wake-lock.ts'

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
  if (!canPickFolders() && !hasStorage()) return 'This browser cannot write files.'
  if (studio.output.phase === 'unfinished')
    return canPickFolders() ? 'Continue, or choose another folder.' : 'Continue, or clean the folder.'
  if (studio.output.phase === 'kept') return 'Download the finished merge and remove it first.'
  if (studio.output.phase !== 'ready') return 'Choose an output folder.'
  return null
}

/** Runs the merge that the plan describes into the output folder. */
export async function startMerge(): Promise<void> {
  const studio = useStudio.getState()
  if (whyNoMerge(studio) !== null || studio.output.phase !== 'ready') return
  await runInto(studio.output.handle, false)
}

/** @param resume go on with the unfinished merge in the folder, which is the one of the plan */
export async function runInto(handle: FileSystemDirectoryHandle, resume: boolean): Promise<void> {
  const { plan } = useStudio.getState()
  if (plan === null) return
  const abort = new AbortController()
  settleFailures()
  useStudio.setState({ run: { phase: 'running', progress: null, abort, plan, control: null, paused: false } })
  const stored = await isStorageFolder(handle)
  // Not waited for: some browsers ask the user, and a merge goes on whatever the answer is.
  if (stored) void askToKeep()
  const unlock = await lockOutput(handle)
  if (unlock === null) {
    const message = `Another tab of this browser is merging into “${handle.name}”: wait for it, or choose another folder.`
    return useStudio.setState({ run: { phase: 'idle' }, output: { phase: 'refused', message } })
  }
  const letSleep = keepScreenAwake()
  try {
    const found = await examineOutput(handle)
    if (found.phase === 'refused' || found.phase === 'kept')
      return useStudio.setState({ run: { phase: 'idle' }, output: found })
    const resumed = resume && found.phase === 'unfinished' ? found : null
    const run = await finish(handle, resumed, abort)
    const output: Output = run.phase === 'done' && !stored ? { phase: 'none' } : await afterwards(handle)
    const filesLeft = output.phase !== 'ready'
    useStudio.setState({ run: run.phase === 'cancelled' ? { ...run, filesLeft } : run, output })
  } catch (cause) {
    useStudio.setState({ run: { phase: 'failed', message: wordsOf(cause) }, output: await afterwards(handle) })
  } finally {
    unlock()
    letSleep()
  }
}

/** @param resumed what is there of the merge already; null for one from the beginning */
async function finish(
  output: FileSystemDirectoryHandle,
  resumed: Extract<Output, { phase: 'unfinished' }> | null,
  abort: AbortController,
): Promise<Run> {
  await refreshModels()
  await modelsSettled()
  const studio = useStudio.getState()
  const { plan } = studio
  if (plan === null)
    return { phase: 'failed', message: 'A model changed on disk since it was opened: see the entries under Problems.' }
  const { engine, verify } = studio.settings
  try {
    await checkRoom(output, plan, resumed?.found?.finishedBytes ?? 0)
    const inputs = inputsOf(studio, plan)
    const known = knownSources(studio, plan)
    const pace = await paceInto(output)
    const request = { plan, inputs, output, engine, verify, known, pace, resume: resumed !== null }
    const report = await runMerge(
      request,
      (progress) => change(abort, { progress }),
      abort.signal,
      exactGramsOf(plan),
      (control) => change(abort, { control }),
    )
    void keepPace(engine, await isStorageFolder(output), report)
    return { phase: 'done', report, plan, folder: output.name, handle: output, inputs, checks: NO_CHECKS }
  } catch (cause) {
    return isAbort(cause) || abort.signal.aborted
      ? { phase: 'cancelled', filesLeft: false }
      : { phase: 'failed', message: wordsOf(cause), held: !(await mayWrite(output)) }
  }
}

/** What is left in the folder of a merge that did not end. A folder that cannot be looked at may be mended: Continue tries again. */
async function afterwards(handle: FileSystemDirectoryHandle): Promise<Output> {
  try {
    return await examineOutput(handle)
  } catch {
    return { phase: 'unfinished', handle, found: null, message: null }
  }
}

/** Changes the running merge's state, unless it is another one by now. */
function change(abort: AbortController, news: Partial<Extract<Run, { phase: 'running' }>>): void {
  useStudio.setState(({ run }) => (run.phase === 'running' && run.abort === abort ? { run: { ...run, ...news } } : {}))
}

/** From here on an alert means this merge: older failures are plain text. */
export function settleFailures(): void {
  const { sourceCheck } = useStudio.getState()
  if (sourceCheck.phase === 'running') sourceCheck.abort.abort()
  useStudio.setState(({ models }) => ({
    sourceCheck: { phase: 'none' },
    notice: null,
    models: models.map((model) => (model.phase === 'failed' ? { ...model, fresh: false } : model)),
  }))
}

/** Holds the running merge, or lets it go on. */
export function pauseMerge(paused: boolean): void {
  const { run } = useStudio.getState()
  if (run.phase !== 'running') return
  if (paused) run.control?.pause()
  else run.control?.resume()
  useStudio.setState({ run: { ...run, paused } })
}

/** Ends the running merge. Files that are not finished are removed; the user then keeps the finished shards or cleans the folder. */
export function cancelMerge(): void {
  const { run } = useStudio.getState()
  if (run.phase === 'running') run.abort.abort()
}
