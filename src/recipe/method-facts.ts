import { INNER_METHODS } from './method-facts-inner.ts'
import { MASK_METHODS } from './method-facts-mask.ts'
import { SPARSE_METHODS } from './method-facts-sparse.ts'
import type { MethodFacts } from './method-parameters.ts'
import type { Method } from './recipe.ts'

/** Every method; names, parameters and defaults are mergekit 0.1.4's. */
export const METHOD_FACTS: Readonly<Record<Method, MethodFacts>> = {
  ...INNER_METHODS,
  ...SPARSE_METHODS,
  ...MASK_METHODS,
  passthrough: {
    title: 'Passthrough',
    words: 'Copies one model, or layers of several on top of each other.',
    paper: null,
    base: 'none',
    models: [1, 1],
    shared: [],
    perModel: [{ name: 'scale', kind: 'number', default: 1, words: 'Multiplies the tensor; 1 copies it as it is.' }],
  },
}
