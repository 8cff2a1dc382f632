import { error, type Problem, warning } from '../problem.ts'
import { isTower } from '../recipe/tensor-name.ts'
import { isOfModule, moduleLayers, moduleOf } from './modules.ts'
import type { ResolvedModule, StageModel } from './stage-model.ts'
import { modelsOf } from './vocabulary.ts'

/** Modules that fit no tensors; and a vision tower that comes over unmerged should be no surprise. */
export function reportTowers(final: StageModel, problems: Problem[]): void {
  for (const stage of stagesOf(final)) for (const module of stage.modules) checkModule(stage, module, problems)
  const copied = [...final.anatomy.towers].filter((tensor) => moduleOf(final, tensor) === null)
  const [first] = copied
  if (first === undefined) return
  const from = final.base?.label || 'the first model'
  const come = copied.length === 1 ? 'tensor of vision or audio parts comes' : 'tensors of vision or audio parts come'
  problems.push(
    warning(
      `${copied.length} ${come} from "${from}" as they are (${first}, …), since only the text model is merged: to merge them too, write modules with text_decoder and ${partsOf(copied)}.`,
    ),
  )
}

function checkModule(stage: StageModel, module: ResolvedModule, problems: Problem[]): void {
  const { name, layers, line } = module
  const names = stage.modules.map((each) => each.name)
  const towers = [...stage.anatomy.towers]
  const own = towers.filter((tensor) => isOfModule(name, tensor, names))
  if (own.length === 0) {
    const found = towers.length === 0 ? 'they have a text model alone' : `they have ${partsOf(towers)}`
    problems.push(
      error(
        `The recipe merges the module "${name}", and none of the models has tensors of that name; ${found}: name the module after one of these, or take it out.`,
        { line },
      ),
    )
  }
  const { depth } = moduleLayers(stage, module)
  if (layers === null || own.length === 0 || layers === depth) return
  problems.push(
    error(
      `The module "${name}" is to have ${layers} layers, and the models have ${depth}; only the text model's layers can be chosen: write models for it, so that it is merged as a whole.`,
      { line },
    ),
  )
}

/** A stage and all that it is made of, each once. */
function stagesOf(stage: StageModel, found = new Set<StageModel>()): ReadonlySet<StageModel> {
  if (found.has(stage)) return found
  found.add(stage)
  for (const model of modelsOf(stage)) if (model.kind === 'stage') stagesOf(model, found)
  return found
}

/** What a recipe may call the parts that tensors belong to: the first word of a name that says so. */
function partsOf(tensors: readonly string[]): string {
  const parts = tensors.map((tensor) => tensor.split('.').find((segment) => isTower(`${segment}.`)) ?? tensor)
  return [...new Set(parts)].join(', ')
}
