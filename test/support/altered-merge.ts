import type { Engine } from '../../src/engine/engine.ts'
import { createReferenceEngine } from '../../src/engine/reference.ts'
import type { Checkpoint } from '../../src/formats/checkpoint.ts'
import { mergeTensor } from '../../src/merge/merge-tensor.ts'
import { OutputBuffers } from '../../src/merge/output-buffers.ts'
import type { Job, StageRule } from '../../src/plan/plan.ts'

/** The same job, whose stages follow other rules. */
export function withRules(job: Job, ...rules: readonly StageRule[]): Job {
  return {
    ...job,
    kind: 'resident',
    stages: job.stages.map((stage, index) => ({ ...stage, rule: rules[index] ?? stage.rule })),
  }
}

/** Merges one tensor into memory. */
export async function mergeOne(
  job: Job,
  opened: readonly Checkpoint[],
  engine: Engine = createReferenceEngine(),
  memoryBudget = 2 ** 26,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(job.byteLength)
  let at = 0
  await mergeTensor(
    job,
    {
      write: async (piece) => {
        bytes.set(piece, at)
        at += piece.length
      },
      end: async () => undefined,
    },
    {
      engine,
      files: opened.map(({ files }) => files),
      memoryBudget,
      signal: new AbortController().signal,
      onRead: () => undefined,
      buffers: new OutputBuffers(),
    },
  )
  if (at !== bytes.length) throw new Error(`${at} bytes of ${bytes.length} were written`)
  return bytes
}
