import type { Checkpoint } from '../formats/checkpoint.ts'
import { sourcesOf } from '../merge/read-sources.ts'
import type { Plan } from '../plan/plan.ts'
import type { SourceHash } from '../writer/partial.ts'
import type { Studio } from './studio.ts'

/** What was read of opened models, by tensor. A model that is opened again, since a file was touched, is another. */
const read = new WeakMap<Checkpoint, ReadonlyMap<string, string>>()

/** Keeps the hashes of a model's tensors for later. */
export function keepSources(checkpoint: Checkpoint, hashes: Iterable<readonly [tensor: string, hash: string]>): void {
  read.set(checkpoint, new Map([...(read.get(checkpoint) ?? []), ...hashes]))
}

/** What is known of a plan's tensors from a check. */
export function knownSources(studio: Studio, plan: Plan): SourceHash[] {
  const checkpoints = checkpointsOf(studio, plan)
  return sourcesOf(plan).flatMap(({ checkpoint, tensor }): SourceHash[] => {
    const opened = checkpoints[checkpoint]
    const hash = opened === undefined ? undefined : read.get(opened)?.get(tensor.name)
    return hash === undefined ? [] : [[checkpoint, tensor.name, hash]]
  })
}

/** The opened checkpoints, by their index in the plan. */
export function checkpointsOf({ models, matches }: Studio, plan: Plan): (Checkpoint | undefined)[] {
  return plan.checkpoints.map(({ model }) => {
    const match = models.find((candidate) => candidate.id === matches.get(model))
    return match?.phase === 'open' ? match.checkpoint : undefined
  })
}
