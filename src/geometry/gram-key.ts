import type { WeightFile } from '../formats/checkpoint.ts'
import type { SampledJob } from './sample.ts'

/** Changed whenever what is kept changes its meaning. */
const VERSION = 1

/**
 * What a job's Gram matrices depend on, as text: the files by name, size and date, each tensor's place, dtype and shape in them, how inputs
 * are rounded, and the row segments. Not t, not the recipe.
 *
 * @returns null where a file has no date, so that nothing can be said of it later
 */
export function gramKey(job: SampledJob, files: readonly (readonly WeightFile[])[]): string | null {
  const sources: unknown[] = []
  for (const { checkpoint, tensor } of job.sources) {
    const file = files[checkpoint]?.[tensor.file]
    const modified = file === undefined ? undefined : lastModified(file.blob)
    if (file === undefined || modified === undefined) return null
    const { name, dtype, shape, offset, strides } = tensor
    sources.push([file.name, file.blob.size, modified, name, dtype, shape, offset, strides ?? null])
  }
  const inputs = job.inputs.map(({ source, round }) => [source, round])
  return JSON.stringify([VERSION, sources, inputs, job.segments.map(({ from, to, inputs: own }) => [from, to, own])])
}

function lastModified(blob: Blob): number | undefined {
  return 'lastModified' in blob && typeof blob.lastModified === 'number' ? blob.lastModified : undefined
}
