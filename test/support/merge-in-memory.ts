import type { Engine } from '../../src/engine/engine.ts'
import { createReferenceEngine } from '../../src/engine/reference.ts'
import type { Sink } from '../../src/files/sink.ts'
import type { Checkpoint, ModelFolder } from '../../src/formats/checkpoint.ts'
import { openCheckpoint } from '../../src/formats/open-checkpoint.ts'
import { readTensorBytes } from '../../src/formats/tensor-bytes.ts'
import { readVocabulary } from '../../src/formats/tokenizer.ts'
import { mergePlan } from '../../src/merge/merge-plan.ts'
import type { MergeReport } from '../../src/merge/report.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { planMerge } from '../../src/plan/plan-merge.ts'
import type { PlanSettings } from '../../src/plan/settings.ts'
import { parseRecipe } from '../../src/recipe/index.ts'
import type { FloatDType } from '../../src/tensor/dtype.ts'
import { elementCount } from '../../src/tensor/tensor.ts'
import { fromBits } from './float64.ts'
import { onlyKernelsOf } from './kernels-of-plan.ts'
import { SETTINGS } from './settings.ts'

/**
 * A sink that keeps files in memory, with Chromium's manners: a new file shows as empty, and a swap file lies beside it, until it is closed.
 * @param files what is there already
 */
export function memorySink(
  files = new Map<string, Uint8Array<ArrayBuffer>>(),
): Sink & { readonly files: Map<string, Uint8Array<ArrayBuffer>> } {
  return {
    name: 'memory',
    files,
    list: async () => [...files.keys()],
    create: async (name) => {
      const pieces: { position: number; data: Uint8Array<ArrayBuffer> }[] = []
      const swap = `${name}.crswap`
      if (!files.has(name)) files.set(name, new Uint8Array(0))
      files.set(swap, new Uint8Array(0))
      return {
        write: async (position, data) => {
          pieces.push({ position, data: data.slice() })
          files.set(swap, data.slice())
        },
        close: async () => {
          const bytes = new Uint8Array(Math.max(0, ...pieces.map(({ position, data }) => position + data.length)))
          for (const { position, data } of pieces) bytes.set(data, position)
          files.set(name, bytes)
          files.delete(swap)
        },
        abort: async () => {
          files.delete(swap)
        },
      }
    },
    open: async (name) => new Blob([files.get(name) ?? new Uint8Array(0)]),
    remove: async (name) => {
      files.delete(name)
    },
  }
}

export interface PlannedInMemory {
  readonly plan: Plan
  readonly opened: readonly Checkpoint[]
}

export async function planInMemory(
  recipeText: string,
  folders: readonly ModelFolder[],
  settings: PlanSettings = SETTINGS,
): Promise<PlannedInMemory> {
  const { recipe, problems } = parseRecipe(recipeText)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join('\n'))
  const byName = new Map<string, Checkpoint>()
  for (const folder of folders) {
    const checkpoint = await openCheckpoint(folder)
    byName.set(folder.name, { ...checkpoint, vocabulary: await readVocabulary(checkpoint.sidecars) })
  }
  const opened = recipe.models.flatMap((name) => byName.get(name) ?? [])
  return { plan: planMerge(recipe, byName, settings), opened }
}

export interface MergedInMemory extends PlannedInMemory {
  readonly report: MergeReport
  readonly checkpoint: Checkpoint
  readonly files: Map<string, Uint8Array<ArrayBuffer>>
}

/** Merges in this process, with the reference engine unless another is given, and opens the result. */
export async function mergeInMemory(
  recipeText: string,
  folders: readonly ModelFolder[],
  settings: PlanSettings = SETTINGS,
  engine: Engine = createReferenceEngine(),
): Promise<MergedInMemory> {
  const { plan, opened } = await planInMemory(recipeText, folders, settings)
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'))
  const sink = memorySink()
  const report = await mergePlan({
    plan,
    inputs: opened,
    sink,
    engine: onlyKernelsOf(plan, engine),
    engineReason: 'the test chose it',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  })
  const blobs = [...sink.files].map(([name, bytes]) => [name, new Blob([bytes])] as const)
  const checkpoint = await openCheckpoint({ name: 'merged', files: new Map(blobs) })
  return { plan, opened, report, checkpoint, files: sink.files }
}

export async function valuesOf(checkpoint: Checkpoint, name: string): Promise<Float64Array> {
  const tensor = checkpoint.tensors.get(name)
  if (tensor === undefined) throw new Error(`no tensor ${name}`)
  const bytes = await readTensorBytes(checkpoint.files, tensor, 0, elementCount(tensor.shape))
  return fromBits(bytes, tensor.dtype as FloatDType)
}
