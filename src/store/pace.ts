import { get, set } from 'idb-keyval'
import { create } from 'zustand'
import { isStorageFolder } from '../files/browser-storage.ts'
import type { EngineChoice } from '../merge/client.ts'
import { expectedSeconds, plannedWork } from '../merge/forecast.ts'
import type { MergeReport } from '../merge/report.ts'
import { type Studio, useStudio } from './studio.ts'

/** Name of the entry in IndexedDB. */
const KEY = 'paces'

/** The last merges of a kind; the median of them counts. */
const REMEMBERED = 5

/** Seconds for each unit of work (merge/forecast.ts) that merges on this machine took, by engine and kind of folder, the latest last. */
type Paces = Readonly<Record<string, readonly number[]>>

export const usePaces = create<{ readonly paces: Paces }>()(() => ({ paces: {} }))

/** Takes up what earlier visits found. Nothing where the browser keeps nothing (private windows). */
export async function recallPaces(): Promise<void> {
  try {
    const kept = await get<Paces>(KEY)
    if (kept !== undefined) usePaces.setState(({ paces }) => ({ paces: { ...kept, ...paces } }))
  } catch {
    // The first second of each merge tells.
  }
}

/** Remembers how fast a merge was. */
export async function keepPace(engine: EngineChoice, inStorage: boolean, { pace }: MergeReport): Promise<void> {
  if (pace === null) return
  const name = nameOf(engine, inStorage)
  const { paces } = usePaces.getState()
  const next = { ...paces, [name]: [...(paces[name] ?? []), pace].slice(-REMEMBERED) }
  usePaces.setState({ paces: next })
  await set(KEY, next).catch(() => undefined)
}

/** @returns null where no merge of the kind is remembered */
export function paceFor(paces: Paces, engine: EngineChoice, inStorage: boolean): number | null {
  const found = paces[nameOf(engine, inStorage)]?.toSorted((a, b) => a - b) ?? []
  return found[found.length >> 1] ?? null
}

/** Seconds that the plan's merge will take; null where no merge is remembered. Folders are taken for such on a disk until one is chosen. */
export function expectedTime({ plan, settings, output }: Studio, paces: Paces): number | null {
  const inStorage = output.phase === 'ready' && (output.room ?? null) !== null
  const pace = paceFor(paces, settings.engine, inStorage)
  return plan === null || pace === null ? null : expectedSeconds(plannedWork(plan.totals, settings.verify), pace)
}

/** @param folder that the merge writes into */
export async function paceInto(folder: FileSystemDirectoryHandle): Promise<number | null> {
  const { engine } = useStudio.getState().settings
  return paceFor(usePaces.getState().paces, engine, await isStorageFolder(folder))
}

function nameOf(engine: EngineChoice, inStorage: boolean): string {
  return `${engine} ${inStorage ? 'storage' : 'folder'}`
}
