import { ELECTION, MANY, type MethodFacts, type ParameterFacts } from './method-parameters.ts'

const THRESHOLD: ParameterFacts = {
  name: 'epsilon',
  kind: 'number',
  default: 1e-5,
  low: 0,
  words: 'A difference up to this counts as none.',
}
const RAM = 'Reinforced Agent Merging, 2026 (arXiv 2601.13572)'

/** Methods that decide element by element which differences count. */
export const MASK_METHODS = {
  sce: {
    title: 'SCE',
    words: `Keeps the places where the models differ most among each other, and weighs the models by the size of what is left; ${ELECTION}.`,
    paper: 'Wan et al. 2024, FuseChat (arXiv 2408.07990)',
    base: 'required',
    models: [1, MANY],
    shared: [
      {
        name: 'select_topk',
        kind: 'number',
        default: 1,
        low: 0,
        words: 'The part of the places that stays; 1 keeps all of them.',
      },
    ],
    perModel: [],
  },
  nearswap: {
    title: 'Nearswap',
    words: 'Takes the other model where it is nearer to the base than t, and goes a step of t towards it elsewhere.',
    paper: 'alchemonaut, QuartetAnemoi-70B-t0.0001',
    base: 'end',
    models: [2, 2],
    shared: [{ name: 't', kind: 'number', default: null, words: 'How near the two have to be; above 0.' }],
    perModel: [],
  },
  arcee_fusion: {
    title: 'Arcee Fusion',
    words: 'Takes the other model’s elements where they matter most: a large difference, in a row that changes much.',
    paper: 'Arcee AI 2025, mergekit 0.1',
    base: 'end',
    models: [2, 2],
    shared: [],
    perModel: [],
  },
  ram: {
    title: 'RAM',
    words: 'Adds the differences that one model alone has, and the mean of those that several have.',
    paper: RAM,
    base: 'required',
    models: [1, MANY],
    shared: [THRESHOLD],
    perModel: [],
  },
  ramplus_tl: {
    title: 'RAM+',
    words: 'RAM, with the differences that one model alone has scaled up where it shares much with others.',
    paper: RAM,
    base: 'required',
    models: [1, MANY],
    shared: [
      { name: 'r', kind: 'number', default: 0.1, words: 'How much they are scaled up.' },
      { name: 'alpha', kind: 'number', default: 0.2, low: 0, words: 'Most of the shared part that counts.' },
      THRESHOLD,
    ],
    perModel: [],
  },
} satisfies Record<string, MethodFacts>
