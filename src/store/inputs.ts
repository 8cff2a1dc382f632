import type { MergeRequest } from '../merge/client.ts'
import type { Plan } from '../plan/plan.ts'
import type { Studio } from './studio.ts'

/** The files of each checkpoint of a plan, as a merge and the geometry read them. */
export function inputsOf({ models, matches }: Pick<Studio, 'models' | 'matches'>, plan: Plan): MergeRequest['inputs'] {
  return plan.checkpoints.map(({ model }) => {
    const match = models.find((candidate) => candidate.id === matches.get(model))
    if (match?.phase !== 'open') throw new Error(`the plan has a model that is not open: ${model}`)
    return { files: match.checkpoint.files, sidecars: match.checkpoint.sidecars }
  })
}
