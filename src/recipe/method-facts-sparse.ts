import {
  ELECTION,
  LAMBDA,
  MANY,
  type MethodFacts,
  normalizeFacts,
  type ParameterFacts,
  WEIGHT,
} from './method-parameters.ts'

const DENSITY: ParameterFacts = {
  name: 'density',
  kind: 'number',
  default: 1,
  low: 0,
  words: 'The part of the differences from the base that stays; 1 keeps all of them.',
}
const RESCALE: ParameterFacts = {
  name: 'rescale',
  kind: 'flag',
  default: 1,
  words: 'Scales up what stays, until its magnitudes add up to what they did before.',
}
const NO_RESCALE: ParameterFacts = { ...RESCALE, default: 0 }
const SEED: ParameterFacts = {
  name: 'random_seed',
  kind: 'count',
  default: 0,
  low: 0,
  high: 2 ** 32 - 1,
  words: 'Another seed drops other elements. mergekit takes its own from its command line.',
}
const GAMMA: ParameterFacts = {
  name: 'gamma',
  kind: 'number',
  default: 0.01,
  low: 0,
  high: 1,
  words: 'The part of the largest differences that goes too.',
}
const SPREAD: ParameterFacts = {
  name: 'epsilon',
  kind: 'number',
  default: 0.15,
  low: 0,
  high: 0.5,
  words:
    'How far the chance of staying goes below and above the density, from the smallest difference of a row to the largest.',
}

function sparse(
  title: string,
  words: string,
  paper: string,
  shared: readonly ParameterFacts[],
  more: readonly ParameterFacts[] = [],
): MethodFacts {
  return { title, words, paper, base: 'required', models: [1, MANY], shared, perModel: [WEIGHT, DENSITY, ...more] }
}

const DARE = 'Yu et al. 2023, Language Models are Super Mario (arXiv 2311.03099)'
const DELLA = 'Deep et al. 2024, DELLA-Merging (arXiv 2406.11617)'
const BREADCRUMBS = 'Davari and Belilovsky 2023, Model Breadcrumbs (arXiv 2312.06795)'

/** Methods that thin out the differences from a base. */
export const SPARSE_METHODS = {
  ties: sparse(
    'TIES',
    `Keeps the largest differences of each model; ${ELECTION}.`,
    'Yadav et al. 2023, TIES-Merging (arXiv 2306.01708)',
    [normalizeFacts(1), LAMBDA, NO_RESCALE],
  ),
  dare_linear: sparse('DARE, linear', 'Drops differences at random, scales up the rest, and adds them.', DARE, [
    normalizeFacts(0),
    LAMBDA,
    RESCALE,
    SEED,
  ]),
  dare_ties: sparse('DARE with TIES', `Drops differences at random and scales up the rest; ${ELECTION}.`, DARE, [
    normalizeFacts(0),
    LAMBDA,
    RESCALE,
    SEED,
  ]),
  della: sparse(
    'DELLA',
    `Drops differences at random, small ones more often; ${ELECTION}.`,
    DELLA,
    [normalizeFacts(1), LAMBDA, RESCALE, SEED],
    [SPREAD],
  ),
  della_linear: sparse(
    'DELLA, linear',
    'Drops differences at random, small ones more often, and adds the rest.',
    DELLA,
    [normalizeFacts(0), LAMBDA, RESCALE, SEED],
    [SPREAD],
  ),
  breadcrumbs: sparse(
    'Breadcrumbs',
    'Drops the smallest and the very largest differences, and adds the rest.',
    BREADCRUMBS,
    [normalizeFacts(0), LAMBDA, NO_RESCALE],
    [GAMMA],
  ),
  breadcrumbs_ties: sparse(
    'Breadcrumbs with TIES',
    `Drops the smallest and the very largest differences; ${ELECTION}.`,
    BREADCRUMBS,
    [normalizeFacts(0), LAMBDA, NO_RESCALE],
    [GAMMA],
  ),
} satisfies Record<string, MethodFacts>
