import type { Checkpoint } from '../formats/checkpoint.ts'
import { jsonArray, jsonInteger, jsonString } from '../formats/json.ts'
import type { DType } from '../tensor/dtype.ts'
import { elementCount } from '../tensor/tensor.ts'

/** What a card says of a checkpoint; null where its config does not tell. */
export interface ModelFacts {
  readonly architecture: string | null
  readonly layers: number | null
  readonly hidden: number | null
  readonly vocabulary: number | null
  /** Elements of all stored tensors. */
  readonly parameters: number
  readonly byteLength: number
  /** The dtypes of its tensors, most bytes first. */
  readonly dtypes: readonly DType[]
  /** True where the output layer is the embedding, and no lm_head is stored. */
  readonly tiedHead: boolean
}

export function modelFacts(checkpoint: Checkpoint): ModelFacts {
  const bytes = new Map<DType, number>()
  let parameters = 0
  for (const tensor of checkpoint.tensors.values()) {
    parameters += elementCount(tensor.shape)
    bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + tensor.byteLength)
  }
  const config = checkpoint.config
  const head = [...checkpoint.tensors.keys()].some((name) => name.includes('lm_head'))
  return {
    architecture: jsonString(jsonArray(config?.get('architectures'))?.[0]) ?? jsonString(config?.get('model_type')),
    layers: jsonInteger(config?.get('num_hidden_layers')),
    hidden: jsonInteger(config?.get('hidden_size')),
    vocabulary: jsonInteger(config?.get('vocab_size')),
    parameters,
    byteLength: [...bytes.values()].reduce((sum, size) => sum + size, 0),
    dtypes: [...bytes].toSorted((a, b) => b[1] - a[1]).map(([dtype]) => dtype),
    tiedHead: config?.get('tie_word_embeddings') === true && !head,
  }
}
