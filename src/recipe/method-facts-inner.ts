import { LAMBDA, MANY, type MethodFacts, normalizeFacts, WEIGHT } from './method-parameters.ts'

/** Methods whose result is one combination of the tensors: by the recipe alone, or by their angles and norms. */
export const INNER_METHODS = {
  slerp: {
    title: 'SLERP',
    words: 'Goes from one model to the other along the arc between them, so that lengths are kept.',
    paper: 'Shoemake 1985, Animating rotation with quaternion curves',
    base: 'end',
    models: [2, 2],
    shared: [
      { name: 't', kind: 'number', default: null, words: 'Where on the way: 0 is the base, 1 the other model.' },
    ],
    perModel: [],
  },
  nuslerp: {
    title: 'NuSLERP',
    words:
      'SLERP by two weights; with a base, of the two models’ differences from it. Rows or columns may each turn by their own angle.',
    paper: null,
    base: 'optional',
    models: [2, 2],
    shared: [
      { name: 'nuslerp_flatten', kind: 'flag', default: 1, words: 'One angle for the whole tensor.' },
      {
        name: 'nuslerp_row_wise',
        kind: 'flag',
        default: 0,
        words:
          'Where not flattened: true turns every column by its own angle, false every row, as mergekit computes it.',
      },
    ],
    perModel: [WEIGHT],
  },
  multislerp: {
    title: 'Multi-SLERP',
    words: 'The weighted mean of several models’ directions, with the weighted mean of their lengths.',
    paper: 'Goddard 2025, Multi-SLERP (goddard.blog)',
    base: 'optional',
    models: [1, MANY],
    shared: [
      { name: 'normalize_weights', kind: 'flag', default: 1, words: 'Divides the weights by their sum.' },
      { name: 'eps', kind: 'number', default: 1e-8, low: 0, words: 'Keeps a division by zero away.' },
    ],
    perModel: [WEIGHT],
  },
  karcher: {
    title: 'Karcher mean',
    words: 'The point of the sphere from which the ways to all models balance; all count alike.',
    paper: 'Karcher 1977, Riemannian center of mass',
    base: 'none',
    models: [1, MANY],
    shared: [
      { name: 'max_iter', kind: 'count', default: 10, low: 0, high: 10_000, words: 'Most steps that are taken.' },
      { name: 'tol', kind: 'number', default: 1e-5, low: 0, words: 'Steps shorter than this end the search.' },
    ],
    perModel: [],
  },
  linear: {
    title: 'Linear',
    words: 'The weighted average of the models.',
    paper: 'Wortsman et al. 2022, Model soups (arXiv 2203.05482)',
    base: 'none',
    models: [1, MANY],
    shared: [normalizeFacts(1)],
    perModel: [WEIGHT],
  },
  task_arithmetic: {
    title: 'Task arithmetic',
    words: 'Adds the models’ differences from a base to it, each times its weight.',
    paper: 'Ilharco et al. 2022, Editing Models with Task Arithmetic (arXiv 2212.04089)',
    base: 'required',
    models: [1, MANY],
    shared: [normalizeFacts(0), LAMBDA],
    perModel: [WEIGHT],
  },
  model_stock: {
    title: 'Model Stock',
    words: 'From the base towards the mean of the others, as far as the angles between their differences from it say.',
    paper: 'Jang et al. 2024, Model Stock (arXiv 2403.19522)',
    base: 'required',
    models: [2, MANY],
    shared: [
      {
        name: 'filter_wise',
        kind: 'flag',
        default: 0,
        words: 'An angle for each row, where false takes one for the whole tensor.',
      },
    ],
    perModel: [],
  },
} satisfies Record<string, MethodFacts>
