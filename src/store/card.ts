import { isStorageFolder } from '../files/browser-storage.ts'
import { askToWrite } from '../files/remembered.ts'
import { folderSink } from '../files/sink.ts'
import { CARD_FILE, cardOf, withCardText } from '../plan/with-card.ts'
import { StudioError } from '../problem.ts'
import { cardTextOf } from './card-text.ts'
import { labelled } from './history.ts'
import { refusedWhileMerging } from './merging.ts'
import { examineOutput } from './output.ts'
import { type CardEdits, type Studio, useStudio } from './studio.ts'

/** Changes the free parts of the model card; null gives one back to the card's own words. Typing is one step of undo. */
export function editCard(change: Partial<CardEdits>): void {
  if (refusedWhileMerging()) return
  const { settings } = useStudio.getState()
  const next = { ...settings, card: { ...settings.card, ...change } }
  labelled('edit the model card', () => useStudio.setState({ settings: next }), `card ${Object.keys(change).join()}`)
  showCard()
}

/** Takes what a person wrote into the plan: its card is another, and nothing else. */
export function showCard(): void {
  const studio = useStudio.getState()
  if (studio.plan !== null) useStudio.setState({ plan: withCardText(studio.plan, cardTextOf(studio)) })
}

/** True where the page still shows the recipe of the finished merge, so that its card may be written once more. */
export function isCardOfRun({ plan, run }: Studio): boolean {
  return run.phase === 'done' && plan?.fingerprint.recipe === run.plan.fingerprint.recipe
}

/** Writes the card of the finished merge once more, as it is now. @throws StudioError where the folder does not take it */
export async function rewriteCard(): Promise<void> {
  const studio = useStudio.getState()
  const { run } = studio
  if (run.phase !== 'done' || !isCardOfRun(studio)) return
  const plan = withCardText(run.plan, cardTextOf(studio))
  const bytes = new TextEncoder().encode(cardOf(plan) ?? '')
  if (!(await askToWrite(run.handle)))
    throw new StudioError(`The browser was not given permission to write to “${run.folder}”: press again and allow it.`)
  const file = await folderSink(run.handle, await isStorageFolder(run.handle)).create(CARD_FILE)
  await file.write(0, bytes)
  await file.close()
  const files = run.report.files.map((each) => (each.name === CARD_FILE ? { ...each, byteLength: bytes.length } : each))
  // Hashes of the files are those of before.
  const checks = { ...run.checks, hashes: null }
  useStudio.setState({ run: { ...run, plan, report: { ...run.report, files }, checks } })
  if (studio.output.phase === 'kept') useStudio.setState({ output: await examineOutput(run.handle) })
}
