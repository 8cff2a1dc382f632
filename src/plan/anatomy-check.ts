import type { Checkpoint } from '../formats/checkpoint.ts'
import { type Problem, warning } from '../problem.ts'
import type { Anatomy } from './anatomy.ts'
import { layersOf, widthOf } from './config-facts.ts'

/** config.json as a check on what the tensors say: the tensors count, and a config that says otherwise is named. */
export function checkAnatomy(
  checkpoint: Pick<Checkpoint, 'tensors' | 'config'>,
  anatomy: Anatomy,
  label: string,
): Problem[] {
  const problems: Problem[] = []
  const layers = layersOf(checkpoint.config)
  if (layers !== null && layers !== anatomy.layers) {
    const found = anatomy.layers === 0 ? 'no numbered layers' : `${anatomy.layers} layers`
    problems.push(
      warning(
        `"${label}" has tensors of ${found}, and its config.json says ${layers}: put the config.json that belongs to these weights into the folder, or go on if you know why they differ.`,
        { where: label },
      ),
    )
  }
  const width = widthOf(checkpoint.config)
  const embedding = checkpoint.tensors.get(anatomy.embedding ?? '')
  const columns = embedding?.shape[1]
  if (width !== null && columns !== undefined && columns !== width) {
    problems.push(
      warning(
        `"${label}" has an embedding of ${columns} columns, and its config.json says ${width}: put the config.json that belongs to these weights into the folder.`,
        { where: label },
      ),
    )
  }
  return problems
}
