import type { Checkpoint } from '../formats/checkpoint.ts'
import { keepingLast } from '../recipe/keeping-last.ts'
import { isFinalNorm, isHead, isTower, type LayerName, parseLayerName } from '../recipe/tensor-name.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import { layersOf, widthOf } from './config-facts.ts'

export { isHead, type LayerName, parseLayerName }

/** Which tensor of a checkpoint belongs to which layer, told from the names themselves. */
export interface Anatomy {
  /** What stands before the layer number, `model.layers.`; '' where no tensor has one. */
  readonly prefix: string
  readonly layers: number
  /** The tensors of each layer: the whole name by what it is without prefix and number. */
  readonly parts: readonly ReadonlyMap<string, string>[]
  /** Tensors of no layer that come before the layers: embed_tokens and all that is not known to come after. */
  readonly before: readonly string[]
  /** The final norm and lm_head. */
  readonly after: readonly string[]
  readonly embedding: string | null
  readonly head: string | null
  /** What stands before `layers.`: the module that holds embedding, layers and final norm, `language_model.model.`; '' where there is none. */
  readonly stem: string
  /** Tensors, all of them among `before`, of other towers than the text model's (vision, audio) and of what joins them to it. */
  readonly towers: ReadonlySet<string>
  /** Buffers that every loader computes anew (rotary inv_freq, causal masks): never written. */
  readonly skipped: readonly string[]
}

const EMBEDDING = /(^|\.)(embed_tokens|wte|word_embeddings|embed_in|tok_embeddings|embeddings|embedding)\.weight$/
const BUFFER = /(^|\.)rotary_emb\.inv_freq$|\.rope\.freqs$|\.(attn|attention)\.masked_bias$/
/** GPT-2 and GPT-NeoX store the causal mask under a parameter's name, in four dimensions. */
const MASK = /\.(attn|attention)\.bias$/

/** True for tensors with a row for every token, which are cut to their common part where vocabularies differ. */
export const hasVocabularyRows = keepingLast(
  (name: string): boolean => (EMBEDDING.test(name) && !isTower(name)) || isHead(name),
)

/** Of opened checkpoints: their headers do not change, and a plan is made on every change of the recipe. */
const KNOWN = new WeakMap<Pick<Checkpoint, 'tensors' | 'config'>, Anatomy>()

/** Tells layers and modules from the names of the tensors; config.json only helps to choose between several towers of numbered layers. */
export function anatomyOf(checkpoint: Pick<Checkpoint, 'tensors' | 'config'>): Anatomy {
  const known = KNOWN.get(checkpoint)
  if (known !== undefined) return known
  const anatomy = readAnatomy(checkpoint)
  KNOWN.set(checkpoint, anatomy)
  return anatomy
}

/** A layer's number and part, and the name that was taken apart. */
interface Named extends LayerName {
  readonly name: string
}

function readAnatomy(checkpoint: Pick<Checkpoint, 'tensors' | 'config'>): Anatomy {
  const skipped: string[] = []
  const outside: string[] = []
  const families = new Map<string, Named[]>()
  for (const [name, tensor] of checkpoint.tensors) {
    if (isBuffer(tensor)) {
      skipped.push(name)
      continue
    }
    const parsed = parseLayerName(name)
    if (parsed === null) outside.push(name)
    else {
      const family = families.get(parsed.prefix)
      if (family === undefined) families.set(parsed.prefix, [{ ...parsed, name }])
      else family.push({ ...parsed, name })
    }
  }
  const embedding = outside.find((name) => EMBEDDING.test(name) && !isTower(name)) ?? null
  const main = mainFamily(families, embedding, layersOf(checkpoint.config))
  const parts: Map<string, string>[] = []
  for (const [prefix, names] of families) {
    for (const { layer, part, name } of names) {
      // A name that numbers its layers 00, 01 is not found again by its number, and is told as missing.
      const spelled = `${prefix}${layer}.${part}`
      if (prefix !== main) outside.push(spelled)
      else {
        while (parts.length <= layer) parts.push(new Map())
        // As the same string that the tensor is listed by, whose hash is known: tens of thousands of look-ups cost half.
        parts[layer]?.set(part, spelled === name ? name : spelled)
      }
    }
  }
  const after = outside.filter((name) => isHead(name) || isFinalNorm(name))
  const known = new Set(after)
  return {
    prefix: main,
    layers: parts.length,
    parts,
    before: outside.filter((name) => !known.has(name)),
    // The norm comes before the head, as the data flows.
    after: [...after.filter((name) => !isHead(name)), ...after.filter((name) => isHead(name))],
    embedding,
    head: after.find((name) => isHead(name) && name.endsWith('.weight')) ?? null,
    stem: main.replace(/[^.]*\.$/, ''),
    towers: new Set(outside.filter(isTower)),
    skipped,
  }
}

/**
 * A tensor's name as another model spells it: the text model of a multimodal checkpoint stands under `language_model.model.`, that of a
 * plain one under `model.`. The embedding and the head are found by what they are, all else by what follows the stem.
 */
export function respell(name: string, from: Anatomy, to: Anatomy): string {
  if (name === from.embedding) return to.embedding ?? moved(name, from, to)
  if (name === from.head) return to.head ?? movedHead(name, from, to)
  return moved(name, from, to)
}

function moved(name: string, from: Anatomy, to: Anatomy): string {
  return from.stem !== '' && name.startsWith(from.stem) ? to.stem + name.slice(from.stem.length) : name
}

/** A head stands beside the module of the layers: `lm_head` with `model.`, `language_model.lm_head` with `language_model.model.`. */
function movedHead(name: string, from: Anatomy, to: Anatomy): string {
  const outer = (stem: string) => stem.replace(/[^.]*\.$/, '')
  const prefix = outer(from.stem)
  return name.startsWith(prefix) ? outer(to.stem) + name.slice(prefix.length) : name
}

/** Width of the model: config.json's, else the columns of its embedding. */
export function hiddenSize(checkpoint: Pick<Checkpoint, 'tensors' | 'config'>, anatomy: Anatomy): number | null {
  const configured = widthOf(checkpoint.config)
  if (configured !== null) return configured
  const embedding: TensorInfo | undefined = checkpoint.tensors.get(anatomy.embedding ?? '')
  return embedding?.shape[1] ?? null
}

function isBuffer({ name, shape }: TensorInfo): boolean {
  return BUFFER.test(name) || (MASK.test(name) && shape.length === 4)
}

/**
 * Among several families of numbered layers: not one that sees or hears; the one with as many layers as config.json says; the one beside
 * the embedding; the one with most tensors.
 */
function mainFamily(
  families: ReadonlyMap<string, readonly LayerName[]>,
  embedding: string | null,
  layers: number | null,
): string {
  let best = ''
  let bestScore = -1
  for (const [prefix, names] of families) {
    const depth = 1 + names.reduce((top, name) => Math.max(top, name.layer), 0)
    const beside = embedding?.startsWith(prefix.replace(/[^.]*\.$/, '')) ?? false
    const score = names.length + (isTower(prefix) ? 0 : 4e9) + (depth === layers ? 2e9 : 0) + (beside ? 1e9 : 0)
    if (score > bestScore) {
      best = prefix
      bestScore = score
    }
  }
  return best
}
