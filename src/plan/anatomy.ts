import type { Checkpoint } from '../formats/checkpoint.ts'
import { jsonInteger } from '../formats/json.ts'
import { isFinalNorm, isHead, type LayerName, parseLayerName } from '../recipe/tensor-name.ts'
import type { TensorInfo } from '../tensor/tensor.ts'

export { isHead, type LayerName, parseLayerName }

/** Which tensor of a checkpoint belongs to which layer, told from the names themselves. */
export interface Anatomy {
  /** What stands before the layer number, `model.layers.`; '' where no tensor has one. */
  readonly prefix: string
  readonly layers: number
  /** Names of the tensors of each layer without prefix and number. */
  readonly parts: readonly ReadonlySet<string>[]
  /** Tensors of no layer that come before the layers: embed_tokens and all that is not known to come after. */
  readonly before: readonly string[]
  /** The final norm and lm_head. */
  readonly after: readonly string[]
  readonly embedding: string | null
  readonly head: string | null
  /** Buffers that every loader computes anew (rotary inv_freq): never written. */
  readonly skipped: readonly string[]
}

const EMBEDDING = /(^|\.)(embed_tokens|wte|word_embeddings|embed_in|tok_embeddings)\.weight$/
const BUFFER = /(^|\.)rotary_emb\.inv_freq$|\.rope\.freqs$/

/** True for tensors with a row for every token, which are cut to their common part where vocabularies differ. */
export function hasVocabularyRows(name: string): boolean {
  return EMBEDDING.test(name) || isHead(name)
}

export function anatomyOf(checkpoint: Pick<Checkpoint, 'tensors' | 'config'>): Anatomy {
  const skipped: string[] = []
  const outside: string[] = []
  const families = new Map<string, LayerName[]>()
  for (const name of checkpoint.tensors.keys()) {
    const parsed = BUFFER.test(name) ? null : parseLayerName(name)
    if (BUFFER.test(name)) skipped.push(name)
    else if (parsed === null) outside.push(name)
    else {
      const family = families.get(parsed.prefix)
      if (family === undefined) families.set(parsed.prefix, [parsed])
      else family.push(parsed)
    }
  }
  const main = mainFamily(families, jsonInteger(checkpoint.config?.get('num_hidden_layers') ?? null))
  const parts: Set<string>[] = []
  for (const [prefix, names] of families) {
    for (const { layer, part } of names) {
      if (prefix !== main) outside.push(`${prefix}${layer}.${part}`)
      else {
        while (parts.length <= layer) parts.push(new Set())
        parts[layer]?.add(part)
      }
    }
  }
  const after = outside.filter((name) => isHead(name) || isFinalNorm(name))
  return {
    prefix: main,
    layers: parts.length,
    parts,
    before: outside.filter((name) => !after.includes(name)),
    // The norm comes before the head, as the data flows.
    after: [...after.filter((name) => !isHead(name)), ...after.filter((name) => isHead(name))],
    embedding: outside.find((name) => EMBEDDING.test(name)) ?? null,
    head: outside.find((name) => isHead(name)) ?? null,
    skipped,
  }
}

/** Width of the model: config.json's hidden_size, else the columns of its embedding. */
export function hiddenSize(checkpoint: Pick<Checkpoint, 'tensors' | 'config'>, anatomy: Anatomy): number | null {
  const configured = jsonInteger(checkpoint.config?.get('hidden_size') ?? null)
  if (configured !== null) return configured
  const embedding: TensorInfo | undefined = checkpoint.tensors.get(anatomy.embedding ?? '')
  return embedding?.shape[1] ?? null
}

/** Among several towers of numbered layers: the one with as many layers as config.json says, else the one with most tensors. */
function mainFamily(families: ReadonlyMap<string, readonly LayerName[]>, layers: number | null): string {
  let best = ''
  let bestScore = -1
  for (const [prefix, names] of families) {
    const depth = 1 + names.reduce((top, name) => Math.max(top, name.layer), 0)
    const score = names.length + (depth === layers ? 1e9 : 0)
    if (score > bestScore) {
      best = prefix
      bestScore = score
    }
  }
  return best
}
