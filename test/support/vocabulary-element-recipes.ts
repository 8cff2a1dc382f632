import { slowVocabulary, vocabularyModel } from './vocabulary64.ts'

/** Rows of whole groups of 8, of which no whole number is a block: the smallest tiles cut through them. */
export const COLUMNS = 40

const words = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `word${from + i}`)
const A = ['<unk>', ...words(0, 400), '<|a|>', null, null]
/** Other numbers for the same words, some missing, some of its own. */
export const B = ['<unk>', ...words(3, 390).toReversed(), 'only-b', '<|im_start|>', 'word0']
const C = ['<unk>', '<|im_start|>', ...words(0, 30), 'only-c', ...words(40, 405), null, 'only-b']

export const [a, b, c] = [slowVocabulary(A, COLUMNS, 1), slowVocabulary(B, COLUMNS, 2), slowVocabulary(C, COLUMNS, 3)]
export const FOLDERS = [vocabularyModel('a', a, a), vocabularyModel('b', b, b), vocabularyModel('c', c, c)]

const own = (parameters: string) =>
  `models:\n  - {model: b, parameters: {${parameters}}}\n  - {model: c, parameters: {${parameters}}}\n`
const stage = (method: string, parameters: string, shared = '') =>
  `merge_method: ${method}\nbase_model: a\n${own(parameters)}${shared}dtype: bfloat16\n`
const pair = (method: string, shared = '') =>
  `merge_method: ${method}\nbase_model: a\nmodels: [{model: b}]\n${shared}dtype: bfloat16\n`
const SEEDED = 'parameters: {random_seed: 3, rescale: true}\n'

/** Every method that decides by element or by row, over models of different tokens. */
export const RECIPES: readonly (readonly [string, string])[] = [
  ['ties', stage('ties', 'weight: 0.5, density: 0.4', 'parameters: {rescale: true}\n')],
  ['breadcrumbs', stage('breadcrumbs', 'weight: 0.5, density: 0.7, gamma: 0.02')],
  ['dare_ties', stage('dare_ties', 'weight: 0.5, density: 0.4', SEEDED)],
  ['della', stage('della', 'weight: 0.5, density: 0.5, epsilon: 0.1', SEEDED)],
  ['sce', stage('sce', 'weight: 1', 'parameters: {select_topk: 0.3}\n')],
  ['ramplus_tl', stage('ramplus_tl', 'weight: 1')],
  ['nearswap', pair('nearswap', 'parameters: {t: 0.4}\n')],
  ['arcee_fusion', pair('arcee_fusion')],
  ['model_stock by row', stage('model_stock', 'weight: 1', 'parameters: {filter_wise: true}\n')],
  ['nuslerp by row', stage('nuslerp', 'weight: 0.5', 'parameters: {nuslerp_flatten: false}\n')],
  [
    'nuslerp by column',
    stage('nuslerp', 'weight: 0.5', 'parameters: {nuslerp_flatten: false, nuslerp_row_wise: true}\n'),
  ],
]

/** Stages of several kinds, each with an order of rows of its own. */
export const MIXED = [
  `name: one\n${stage('ties', 'weight: 0.5, density: 0.4')}tokenizer_source: union\n`,
  'name: two\nmerge_method: nearswap\nbase_model: b\nmodels: [{model: c}]\nparameters: {t: 0.5}\ndtype: bfloat16\ntokenizer_source: union\n',
  'name: three\nmerge_method: slerp\nbase_model: two\nmodels: [{model: two}, {model: one}]\nparameters: {t: 0.3}\ndtype: bfloat16\ntokenizer_source: union\n',
  `merge_method: dare_linear\nbase_model: a\nmodels:\n  - {model: three, parameters: {weight: 0.7, density: 0.5}}\nparameters: {random_seed: 5}\ndtype: bfloat16\ntokenizer_source: union\n`,
].join('---\n')

/** Rows that one lacks are another's of another dtype. */
export const OTHER_DTYPES = {
  folders: [vocabularyModel('a', a, a), vocabularyModel('b', b, b, 'F16'), vocabularyModel('c', c, c, 'F32')],
  recipe: `${stage('ties', 'weight: 0.5, density: 0.4').replace('dtype: bfloat16\n', '')}tokenizer_source: union\n`,
}
