import { expect, test } from 'vitest'
import { createWasmEngine } from '../src/engine/index.ts'
import { folderSink, type Sink } from '../src/files/sink.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import { StudioError } from '../src/problem.ts'
import { inspectFolder } from '../src/writer/unfinished.ts'
import { planInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const RECIPE =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.4}\ndtype: bfloat16\n'

const planned = await planInMemory(RECIPE, [llama('a', { layers: 1 }), llama('b', { layers: 1 })], {
  ...SETTINGS,
  shardBytes: 700,
})

async function emptyFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  await root.removeEntry('permission', { recursive: true }).catch(() => undefined)
  return root.getDirectoryHandle('permission', { create: true })
}

/** The permission to a folder: it is withdrawn at the k-th call, and with it for every call after. */
class Permission {
  calls = 0
  readonly #until: number

  constructor(until: number) {
    this.#until = until
  }

  check(): void {
    if (++this.calls >= this.#until)
      throw new DOMException('The request is not allowed by the user agent in the current context.', 'NotAllowedError')
  }
}

/** A real folder behind a permission that can be withdrawn. */
function guarded(folder: FileSystemDirectoryHandle, permission: Permission): FileSystemDirectoryHandle {
  const guard = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key) {
        const member: unknown = Reflect.get(object, key)
        if (typeof member !== 'function') return member
        return (...rest: unknown[]) => {
          if (key === 'keys' || key === 'entries') return guardedList(member.apply(object, rest))
          // Throwing away what was not finished needs no permission.
          return key === 'abort' ? member.apply(object, rest) : attempt(() => member.apply(object, rest))
        }
      },
    })
  const attempt = async (call: () => unknown): Promise<unknown> => {
    permission.check()
    const result: unknown = await call()
    return result instanceof FileSystemFileHandle || result instanceof FileSystemWritableFileStream
      ? guard(result)
      : result
  }
  const guardedList = async function* (list: AsyncIterable<unknown>) {
    permission.check()
    yield* list
  }
  return guard(folder)
}

async function merge(sink: Sink, resume: boolean) {
  const engine = await createWasmEngine()
  return mergePlan({
    plan: planned.plan,
    inputs: planned.opened,
    sink,
    engine,
    engineReason: '',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...(resume ? { resume: { stored: null } } : {}),
  })
}

async function contents(folder: FileSystemDirectoryHandle): Promise<[string, string][]> {
  const files: [string, string][] = []
  for await (const [name, entry] of folder.entries()) {
    const bytes = new Uint8Array(await (await (entry as FileSystemFileHandle).getFile()).arrayBuffer())
    files.push([name, Array.from(bytes, (byte) => byte.toString(16)).join('')])
  }
  return files.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/**
 * Merges behind a permission that is withdrawn at the k-th call, which must end in words and leave nothing of anybody else's. How
 * many calls a merge makes depends on what happens to be closed when: one may be over before.
 * @returns whether it was withdrawn
 */
async function loseAt(k: number, output: FileSystemDirectoryHandle, resume: boolean): Promise<boolean> {
  const permission = new Permission(k)
  const failure = await merge(folderSink(guarded(output, permission)), resume).catch((cause: unknown) => cause)
  if (permission.calls < k) return false
  expect(failure, `call ${k}`).toBeInstanceOf(StudioError)
  expect(String(failure)).toMatch(/permission/)
  expect((await inspectFolder(folderSink(output), null)).others).toEqual([])
  return true
}

test('a permission that is withdrawn at any call ends the merge in words; given again, it goes on to the same files', {
  timeout: 180_000,
}, async () => {
  const folder = await emptyFolder()
  const counting = new Permission(Number.POSITIVE_INFINITY)
  await merge(folderSink(guarded(folder, counting)), false)
  const whole = await contents(folder)
  let lost = 0
  for (let k = 1; k <= counting.calls; k++) {
    const output = await emptyFolder()
    if (await loseAt(k, output, false)) {
      lost++
      await merge(folderSink(output), true)
    }
    expect(await contents(output), `call ${k} of ${counting.calls}`).toEqual(whole)
  }
  expect(lost).toBeGreaterThan(50)
})

test('one that is withdrawn three times in a row, at any call of the second attempt, costs nothing either', {
  timeout: 180_000,
}, async () => {
  const half = 40
  const begun = await emptyFolder()
  await loseAt(half, begun, false)
  const counting = new Permission(Number.POSITIVE_INFINITY)
  await merge(folderSink(guarded(begun, counting)), true)
  const whole = await contents(begun)
  let lost = 0
  for (let k = 1; k <= counting.calls; k++) {
    const output = await emptyFolder()
    await loseAt(half, output, false)
    if (await loseAt(k, output, true)) {
      lost++
      if (await loseAt(Math.min(k, 5), output, true)) await merge(folderSink(output), true)
    }
    expect(await contents(output), `call ${k} of ${counting.calls}`).toEqual(whole)
  }
  expect(lost).toBeGreaterThan(30)
})
