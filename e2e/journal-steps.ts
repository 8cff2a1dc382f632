import type { BrowserContext } from '@playwright/test'

/** One place in a merge's commit order: right before, or right after, a file gets its content or goes. */
export interface JournalStep {
  /** What happens there, by name: `the record of 7 shards`. */
  readonly name: string
  readonly file: string
  readonly happens: 'close' | 'remove'
  /** The how-manieth time it happens to this file, from 1. */
  readonly time: number
  readonly when: 'before' | 'after'
}

const RECORD = 'slerp-studio.partial.json'

/**
 * All steps of a merge, in order. Each file is a step where its content appears (Chromium then renames the swap file), and so is each
 * record; the last is the record's removal.
 * @param shards names of the shards @param files names of the files after them, in order
 */
export function journalSteps(shards: readonly string[], files: readonly string[]): JournalStep[] {
  const closes = (name: string, file: string, time = 1) => ({ name, file, happens: 'close', time }) as const
  const steps = [
    closes('the record of no shard', RECORD),
    ...shards.map((file) => closes(file, file)),
    ...shards.map((_, n) => closes(`the record of ${n + 1} ${n === 0 ? 'shard' : 'shards'}`, RECORD, n + 2)),
    ...files.map((file) => closes(file, file)),
    { name: 'the end of the record', file: RECORD, happens: 'remove', time: 1 } as const,
  ]
  return steps.flatMap((step) => (['before', 'after'] as const).map((when) => ({ ...step, when })))
}

/** What the worker says when it has come to its step and stands still there. */
const REACHED = 'the step is reached'

/** Holds the merge worker of a browser at a step, so that a kill comes there and nowhere else. */
export class StepHold {
  #step: JournalStep | null = null
  #reached: () => void = () => undefined

  /** The worker's script gets a prelude when the browser fetches it; it is the built one otherwise. */
  async install(context: BrowserContext): Promise<void> {
    // A service worker would hand out the built script past this route.
    await context.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'))
    await context.route('**/assets/merge.worker-*.js', async (route) => {
      if (this.#step === null) return route.continue()
      const response = await route.fetch()
      await route.fulfill({ response, body: `${prelude(this.#step)}\n${await response.text()}` })
    })
    context.on('console', (message) => {
      if (message.text() === REACHED) this.#reached()
    })
  }

  /** From the next worker on. @returns when a worker has come there */
  at(step: JournalStep | null): Promise<void> {
    this.#step = step
    return new Promise((resolve) => {
      this.#reached = resolve
    })
  }
}

/**
 * Stands still for good at the step. Records are written one shard at a time: a shard is closed only when the record of the one before is,
 * where a busy merge would write one record for several shards.
 */
function prelude(step: JournalStep): string {
  return `{
  const step = ${JSON.stringify(step)}
  const names = new WeakMap()
  const times = new Map()
  let turn = Promise.resolve()
  let endTurn = () => {}
  const at = async (happens, file, action) => {
    const time = (times.get(happens + file) ?? 0) + 1
    times.set(happens + file, time)
    const here = step.happens === happens && step.file === file && step.time === time
    const stand = () => { console.log(${JSON.stringify(REACHED)}); return new Promise(() => {}) }
    if (here && step.when === 'before') await stand()
    const result = await action()
    if (here) await stand()
    return result
  }
  const { createWritable } = FileSystemFileHandle.prototype
  FileSystemFileHandle.prototype.createWritable = async function (...rest) {
    const stream = await createWritable.apply(this, rest)
    names.set(stream, this.name)
    return stream
  }
  const { close } = FileSystemWritableFileStream.prototype
  FileSystemWritableFileStream.prototype.close = async function () {
    const file = names.get(this)
    if (file.endsWith('.safetensors')) {
      const before = turn
      let end
      turn = new Promise((resolve) => { end = resolve })
      await before
      endTurn = end
    }
    await at('close', file, () => close.apply(this))
    if (file === ${JSON.stringify(RECORD)}) endTurn()
  }
  const { removeEntry } = FileSystemDirectoryHandle.prototype
  FileSystemDirectoryHandle.prototype.removeEntry = function (file, ...rest) {
    return at('remove', file, () => removeEntry.call(this, file, ...rest))
  }
}`
}
