import { describe, expect, test } from 'vitest'
import { Gate } from '../src/merge/gate.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import type { MergeProgress } from '../src/merge/report.ts'
import {
  contents,
  killAt,
  type Operation,
  partsOf,
  planSmall,
  Trap,
  trappedFile,
  trappedSink,
  wholeMerge,
} from './support/faults.ts'
import { memorySink } from './support/merge-in-memory.ts'

const planned = await planSmall()
const whole = contents(await wholeMerge(planned))

async function mergeWith(trap: Trap) {
  const sink = memorySink()
  const inputs = planned.opened.map(({ files, sidecars }) => ({
    files: files.map((file) => trappedFile(file, trap)),
    sidecars,
  }))
  const outcome = await mergePlan(partsOf(planned, trappedSink(sink, trap), { inputs })).then(
    (report) => ({ report, failure: null }),
    (failure: unknown) => ({ report: null, failure }),
  )
  return { ...outcome, files: sink.files }
}

describe.each<Operation>(['read', 'list', 'create', 'write', 'close', 're-read', 'remove'])('a failing %s', (kind) => {
  test('ends the merge in its own words, whichever it is; going on gives the same files', {
    timeout: 60_000,
  }, async () => {
    expect(planned.plan.shards.length).toBeGreaterThan(3)
    for (let k = 1; ; k++) {
      const trap = new Trap(kind, k)
      const { report, failure, files } = await mergeWith(trap)
      if (trap.hits < k) {
        expect(k).toBeGreaterThan(kind === 'list' || kind === 'remove' ? 1 : 4)
        expect(failure).toBeNull()
        expect(report?.verifiedShards).toBeGreaterThan(3)
        return
      }
      expect((failure as Error).message).toBe(`the ${kind} number ${k} failed`)
      const left = [...files.keys()]
      // Either nothing, or recorded shards and the record; never a file that is half written.
      if (left.length > 0) expect(left).toContain('slerp-studio.partial.json')
      expect(left.filter((name) => name.endsWith('.crswap') || files.get(name)?.length === 0)).toEqual([])
      await mergePlan(partsOf(planned, memorySink(files), { resume: { stored: null } }))
      expect(contents(files)).toEqual(whole)
    }
  })
})

describe.each([true, false])('a browser that is killed (verification: %s)', (verify) => {
  test('at any operation leaves a folder that can be gone on with, to the same files and nothing else', {
    timeout: 60_000,
  }, async () => {
    let kept = 0
    for (let k = 1; ; k++) {
      const sink = memorySink()
      const { trap, killed } = killAt(k)
      const merging = mergePlan(partsOf(planned, trappedSink(sink, trap), { verify }))
      if ((await Promise.race([merging, killed])) !== 'killed') {
        expect(k).toBeGreaterThan(50)
        expect(kept).toBeGreaterThan(k)
        return
      }
      // What a killed process leaves cannot change any more.
      const left = new Map(sink.files)
      const report = await mergePlan(partsOf(planned, memorySink(left), { verify, resume: { stored: null } }))
      kept += report.keptShards
      expect(contents(left)).toEqual(whole)
    }
  })

  test('twice in the same merge does no harm', { timeout: 60_000 }, async () => {
    for (const [first, second] of [
      [20, 5],
      [40, 6],
      [60, 3],
    ] as const) {
      let files = new Map<string, Uint8Array<ArrayBuffer>>()
      for (const k of [first, second]) {
        const { trap, killed } = killAt(k)
        const resume = k === first ? {} : { resume: { stored: null } }
        const merging = mergePlan(partsOf(planned, trappedSink(memorySink(files), trap), { verify, ...resume }))
        expect(await Promise.race([merging, killed])).toBe('killed')
        files = new Map(files)
      }
      await mergePlan(partsOf(planned, memorySink(files), { verify, resume: { stored: null } }))
      expect(contents(files)).toEqual(whole)
    }
  })
})

test('a folder that is not empty is refused before anything is written', async () => {
  const sink = memorySink(new Map([['thesis.txt', new Uint8Array(3)]]))
  await expect(mergePlan(partsOf(planned, sink))).rejects.toThrow(/not empty \(it has thesis\.txt\)/)
  await expect(mergePlan(partsOf(planned, sink, { resume: { stored: null } }))).rejects.toThrow(/thesis\.txt/)
  expect([...sink.files.keys()]).toEqual(['thesis.txt'])
})

test('a merge that is cancelled before its first shard leaves the folder empty', async () => {
  const sink = memorySink()
  const cancel = new AbortController()
  const merging = mergePlan(
    partsOf(planned, sink, {
      signal: cancel.signal,
      onProgress: ({ phase }) => {
        if (phase === 'merging') cancel.abort()
      },
    }),
  )
  await expect(merging).rejects.toMatchObject({ name: 'AbortError' })
  expect([...sink.files.keys()]).toEqual([])
})

test('a merge that is cancelled later keeps its finished shards, and is gone on with', async () => {
  const sink = memorySink()
  const cancel = new AbortController()
  const onProgress = ({ tensorsDone }: { tensorsDone: number }) => {
    if (tensorsDone === 15) cancel.abort()
  }
  const merging = mergePlan(partsOf(planned, sink, { signal: cancel.signal, onProgress }))
  await expect(merging).rejects.toMatchObject({ name: 'AbortError' })
  const left = [...sink.files.keys()].sort()
  expect(left.pop()).toBe('slerp-studio.partial.json')
  expect(left.length).toBeGreaterThan(0)
  let told: readonly number[] = []
  const onResumed = ({ phase, keptShards }: MergeProgress) => {
    if (phase === 'merging') told = keptShards
  }
  const report = await mergePlan(partsOf(planned, sink, { resume: { stored: null }, onProgress: onResumed }))
  expect(report.keptShards).toBe(left.length)
  expect(told.map((shard) => planned.plan.shards[shard]?.name).toSorted()).toEqual(left)
  expect(report.tensors.length + report.keptTensors).toBe(planned.plan.jobs.length)
  expect(contents(sink.files)).toEqual(whole)
})

test('a paused merge stands still, and goes on to the same files', async () => {
  const sink = memorySink()
  const gate = new Gate()
  let paused = false
  const onProgress = ({ tensorsDone }: { tensorsDone: number }) => {
    if (tensorsDone < 6 || paused) return
    paused = true
    gate.shut()
  }
  const merging = mergePlan(partsOf(planned, sink, { gate, onProgress }))
  while (!paused) await new Promise((resolve) => setTimeout(resolve, 5))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const then = contents(sink.files)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(contents(sink.files)).toEqual(then)
  expect(sink.files.has('model.safetensors.index.json')).toBe(false)
  gate.open()
  await merging
  expect(contents(sink.files)).toEqual(whole)
})
