import type { WeightFile } from '../formats/checkpoint.ts'
import type { Plan } from '../plan/plan.ts'
import type { MergeProgress, MergeReport } from './report.ts'

export type EngineChoice = 'automatic' | 'webgpu' | 'wasm'

export interface MergeRequest {
  readonly plan: Plan
  /** For each checkpoint of the plan: its weight files, and its sidecar files by name. */
  readonly inputs: readonly {
    readonly files: readonly WeightFile[]
    readonly sidecars: ReadonlyMap<string, Blob>
  }[]
  readonly output: FileSystemDirectoryHandle
  readonly engine: EngineChoice
  /** Re-read every shard after its close and compare its hash. */
  readonly verify: boolean
}

/**
 * Runs a merge in its worker.
 * @throws StudioError with one sentence when it cannot go on; DOMException AbortError when `signal` is aborted
 */
export async function runMerge(
  request: MergeRequest,
  onProgress: (progress: MergeProgress) => void,
  signal: AbortSignal,
): Promise<MergeReport> {
  void request
  void onProgress
  void signal
  throw new Error('not built yet')
}
