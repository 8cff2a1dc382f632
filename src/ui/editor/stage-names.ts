import type { Checkpoint } from '../../formats/checkpoint.ts'
import type { Recipe, RecipeStage } from '../../recipe/recipe.ts'
import { parseLayerName } from '../../recipe/tensor-name.ts'
import { stageOf } from './stage-ends.ts'

/** Drawn while no model is open. */
const NOMINAL_LAYERS = 32
const NOMINAL_PARTS = [
  ...['input_layernorm', 'self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj', 'self_attn.o_proj'],
  ...['post_attention_layernorm', 'mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'],
]

export interface StageNames {
  readonly names: readonly string[]
  readonly layers: number
  /** True while no model of the stage is open: the names are those of a Llama. */
  readonly nominal: boolean
}

/** Names of the tensors of a stage's result, from the headers of the first of its models that is open. */
export function stageNames(
  recipe: Recipe,
  stage: RecipeStage,
  checkpoints: ReadonlyMap<string, Checkpoint>,
): StageNames {
  const found = namesOf(recipe, stage, checkpoints, 0) ?? nominalNames(layersOfSlices(stage) ?? NOMINAL_LAYERS)
  return { ...found, nominal: namesOf(recipe, stage, checkpoints, 0) === null }
}

type Names = Omit<StageNames, 'nominal'>

function namesOf(
  recipe: Recipe,
  stage: RecipeStage,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  depth: number,
): Names | null {
  if (depth > 50) return null
  for (const { model } of stage.slices.flatMap(({ sources }) => sources)) {
    const checkpoint = checkpoints.get(model)
    const earlier = stageOf(recipe, model)
    const source =
      checkpoint !== undefined
        ? namesOfCheckpoint(checkpoint)
        : earlier === null
          ? null
          : namesOf(recipe, earlier, checkpoints, depth + 1)
    if (source === null) continue
    const layers = layersOfSlices(stage)
    return layers === null ? source : withLayers(source, layers)
  }
  return null
}

/** Null for a stage of whole models. */
function layersOfSlices(stage: RecipeStage): number | null {
  const ranges = stage.slices.map(({ sources }) => sources[0]?.layerRange ?? null)
  if (stage.wholeModels || ranges.some((range) => range === null)) return null
  return ranges.reduce((sum, range) => sum + (range === null ? 0 : range[1] - range[0]), 0)
}

const KNOWN = new WeakMap<Checkpoint, Names>()

function namesOfCheckpoint(checkpoint: Checkpoint): Names {
  const known = KNOWN.get(checkpoint)
  if (known !== undefined) return known
  const names = [...checkpoint.tensors.keys()]
  const layers = names.reduce((most, name) => Math.max(most, (parseLayerName(name)?.layer ?? -1) + 1), 0)
  const made = { names, layers }
  KNOWN.set(checkpoint, made)
  return made
}

/** The same tensors with another number of layers, each with the parts of the first. */
function withLayers({ names }: Names, layers: number): Names {
  const first = names.flatMap((name) => {
    const parsed = parseLayerName(name)
    return parsed?.layer === 0 ? [parsed] : []
  })
  const outer = names.filter((name) => parseLayerName(name) === null)
  const inner = Array.from({ length: layers }, (_, layer) =>
    first.map(({ prefix, part }) => `${prefix}${layer}.${part}`),
  )
  return { names: [...outer, ...inner.flat()], layers }
}

function nominalNames(layers: number): Names {
  const inner = Array.from({ length: layers }, (_, layer) =>
    NOMINAL_PARTS.map((part) => `model.layers.${layer}.${part}.weight`),
  )
  return { names: ['model.embed_tokens.weight', ...inner.flat(), 'model.norm.weight', 'lm_head.weight'], layers }
}
