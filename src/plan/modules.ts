import { parseLayerName } from '../recipe/tensor-name.ts'
import type { ResolvedModule, StageModel } from './stage-model.ts'

/** What the parts of multimodal models are called by their makers, for a module that recipes call by another word. */
const KINDS: readonly (readonly [module: RegExp, tensor: RegExp])[] = [
  [
    /projector|connector|adapter|merger/,
    /(^|\.)(multi_modal_projector|multimodal_projector|mm_\w+|\w*projector|\w*connector)\./,
  ],
  [/vision|visual|image/, /(^|\.)(vision|visual|image|img|vit)(_\w+)?\./],
  [/audio|speech/, /(^|\.)(audio|speech)(_\w+)?\./],
]

/** True of a tensor that belongs to a module: the module's name stands in the tensor's, or is another word for what does. */
export function isOfModule(module: string, tensor: string, modules: readonly string[]): boolean {
  const segments = tensor.split('.')
  if (segments.includes(module)) return true
  // A tensor that has a module of its own name is no other's.
  if (modules.some((other) => segments.includes(other))) return false
  return KINDS.find(([words]) => words.test(module))?.[1].test(tensor) ?? false
}

/** The module of a stage that a tensor of a tower belongs to; null where none does: it is then taken from the base model. */
export function moduleOf(stage: StageModel, tensor: string): ResolvedModule | null {
  const names = stage.modules.map(({ name }) => name)
  return stage.modules.find(({ name }) => isOfModule(name, tensor, names)) ?? null
}

/** The numbered layers of a module: what stands before their numbers, and how many there are. */
export interface ModuleLayers {
  readonly prefix: string
  readonly depth: number
}

const LAYERS = new WeakMap<ResolvedModule, ModuleLayers>()

/** Of several families of numbered tensors the largest counts: parts that join a tower to the text model have numbers too. */
export function moduleLayers(stage: StageModel, module: ResolvedModule): ModuleLayers {
  const known = LAYERS.get(module)
  if (known !== undefined) return known
  const families = new Map<string, { count: number; depth: number }>()
  for (const name of stage.anatomy.towers) {
    const parsed = parseLayerName(name)
    if (parsed === null || moduleOf(stage, name) !== module) continue
    const family = families.get(parsed.prefix) ?? { count: 0, depth: 0 }
    families.set(parsed.prefix, { count: family.count + 1, depth: Math.max(family.depth, parsed.layer + 1) })
  }
  const [largest] = [...families].sort((a, b) => b[1].count - a[1].count)
  const layers = { prefix: largest?.[0] ?? '', depth: largest?.[1].depth ?? 0 }
  LAYERS.set(module, layers)
  return layers
}
