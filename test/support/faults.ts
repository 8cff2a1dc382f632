import { createReferenceEngine } from '../../src/engine/reference.ts'
import type { Sink } from '../../src/files/sink.ts'
import type { WeightFile } from '../../src/formats/checkpoint.ts'
import { type MergeParts, mergePlan } from '../../src/merge/merge-plan.ts'
import { StudioError } from '../../src/problem.ts'
import { memorySink, type PlannedInMemory, planInMemory } from './merge-in-memory.ts'
import { llama } from './model-in-memory.ts'
import { SETTINGS } from './settings.ts'

/** SQLite's method: fail the k-th operation of a kind, for every k, until a merge gets through without meeting it. */

export const RECIPE =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.4}\ndtype: bfloat16\n'

export type Operation = 'read' | 'list' | 'create' | 'write' | 'close' | 're-read' | 'remove'

/** What happens at the k-th operation. `killed`: nothing that was begun goes on, as after SIGKILL. */
export type Fault = 'fails' | 'killed'

/** Counts operations of one kind (or of any kind) and springs at the k-th. */
export class Trap {
  hits = 0
  #sprung = false
  readonly #kind: Operation | 'any'
  readonly #k: number
  readonly #fault: Fault
  readonly #onKill: () => void

  constructor(kind: Operation | 'any', k: number, fault: Fault = 'fails', onKill: () => void = () => undefined) {
    this.#kind = kind
    this.#k = k
    this.#fault = fault
    this.#onKill = onKill
  }

  /** Called before an operation. */
  async pass(kind: Operation): Promise<void> {
    if (this.#sprung && this.#fault === 'killed') return never()
    if (this.#kind !== 'any' && kind !== this.#kind) return
    if (++this.hits !== this.#k) return
    this.#sprung = true
    if (this.#fault === 'fails') throw new StudioError(`the ${kind} number ${this.#k} failed`)
    this.#onKill()
    return never()
  }

  get isSprung(): boolean {
    return this.#sprung
  }
}

/** A trap that kills at the k-th operation of any kind, and the promise that it has. */
export function killAt(k: number): { readonly trap: Trap; readonly killed: Promise<'killed'> } {
  let spring: () => void = () => undefined
  const killed = new Promise<'killed'>((resolve) => {
    spring = () => resolve('killed')
  })
  return { trap: new Trap('any', k, 'killed', spring), killed }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** A sink whose operations pass the trap; those that were begun before a kill have no effect any more. */
export function trappedSink(sink: Sink, trap: Trap): Sink {
  return {
    name: sink.name,
    list: async () => {
      await trap.pass('list')
      return sink.list()
    },
    create: async (name) => {
      await trap.pass('create')
      const file = await sink.create(name)
      return {
        write: async (position, data) => {
          await trap.pass('write')
          await file.write(position, data)
        },
        close: async () => {
          await trap.pass('close')
          await file.close()
        },
        abort: async () => file.abort(),
      }
    },
    open: async (name) => {
      await trap.pass('re-read')
      return sink.open(name)
    },
    remove: async (name) => {
      await trap.pass('remove')
      await sink.remove(name)
    },
  }
}

/** A file whose reads can fail, as the browser's do when the file behind it changes. */
export function trappedFile({ name, blob }: WeightFile, trap: Trap): WeightFile {
  const slice = (from?: number, to?: number): Blob => {
    const part = blob.slice(from, to)
    part.arrayBuffer = async () => {
      await trap.pass('read')
      return Blob.prototype.arrayBuffer.call(part)
    }
    return part
  }
  return { name, blob: Object.assign(blob.slice(), { slice }) }
}

/** A small merge of many shards. */
export function planSmall(): Promise<PlannedInMemory> {
  return planInMemory(RECIPE, [llama('a', {}), llama('b', {})], { ...SETTINGS, shardBytes: 700 })
}

export function partsOf({ plan, opened }: PlannedInMemory, sink: Sink, rest: Partial<MergeParts> = {}): MergeParts {
  return {
    plan,
    inputs: opened,
    sink,
    engine: createReferenceEngine(),
    engineReason: '',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...rest,
  }
}

/** Files of an uninterrupted merge. */
export async function wholeMerge(planned: PlannedInMemory): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const sink = memorySink()
  await mergePlan(partsOf(planned, sink))
  return sink.files
}

/** Contents by name, in order of names, for comparison. */
export function contents(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]))
}
