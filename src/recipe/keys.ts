import { type Findings, listInWords, quote, removeKey, renameKeyTo } from './findings.ts'
import { nearestWord } from './spelling.ts'
import type { YamlMap } from './yaml.ts'

/** The keys of one level of a recipe. A key in none of them is an error: a misspelt key must not be ignored in silence. */
export interface LevelKeys {
  readonly used: readonly string[]
  /** Without effect on the result here; what happens instead, as the rest of a sentence that begins with the key. */
  readonly ignored: ReadonlyMap<string, string>
  /** Another tool's shape, or one that is not built yet: the rest of a sentence that begins with the key. */
  readonly refused: ReadonlyMap<string, string>
}

const NOTHING: ReadonlyMap<string, string> = new Map()
const MISPLACED = 'is ignored here, as by mergekit: it belongs under parameters'
const NO_RUN_SETTINGS = 'is ignored: it is a setting of the command line tool, not of a recipe'
const TOKENS_MISPLACED = 'is ignored beside a model, as by mergekit: it belongs to the document'

/** Keys that do nothing here and something in mergekit: not to be taken out. */
const FOLLOWED_ELSEWHERE = new Set(['tokenizer', 'tokenizer_source', 'chat_template'])

function all(words: readonly string[], text: string): [string, string][] {
  return words.map((word) => [word, text])
}

const PARAMETER_NAMES = [
  't',
  'weight',
  'scale',
  'density',
  'gamma',
  'epsilon',
  'lambda',
  'normalize',
  'rescale',
  'select_topk',
]
const NO_MASKS = 'is ignored: it saves memory in mergekit, and changes nothing in the result'

export const DOCUMENT_KEYS: LevelKeys = {
  used: [
    'name',
    'merge_method',
    'base_model',
    'models',
    'slices',
    'modules',
    'parameters',
    'dtype',
    'out_dtype',
    'tokenizer_source',
    'tokenizer',
    'chat_template',
  ],
  ignored: new Map([
    ['rope_scale', 'is ignored, as by mergekit: the config of the base model is kept'],
    ['trust_remote_code', 'is ignored: code of a model is never run here'],
    ...all(PARAMETER_NAMES, MISPLACED),
    ['int8_mask', NO_MASKS],
    ...all(
      ['random_seed', 'cuda', 'allow_crimes', 'copy_tokenizer', 'lazy_unpickle', 'low_cpu_memory'],
      NO_RUN_SETTINGS,
    ),
    ...all(
      ['out_shard_size', 'write_model_card', 'clone_tensors', 'embed_slerp', 'layer_range', 'layers'],
      'is ignored, as by mergekit',
    ),
  ]),
  refused: new Map([
    [
      'layer_slices',
      'is the form of mergekit before September 2023: write slices, each with sources that have model and layer_range',
    ],
    ['stages', 'is no key of mergekit: put every stage in a document of its own, with a name, and --- between them'],
    [
      'operations',
      'is the form of BlockMerge, which interpolates in a straight line: write merge_method, models and parameters as for mergekit',
    ],
    [
      'gradient_values',
      'is the form of BlockMerge, where a list means other values: write merge_method, models and parameters with t',
    ],
    ['model_path1', 'is the form of BlockMerge: write merge_method, base_model, models and parameters as for mergekit'],
    ['model_path2', 'is the form of BlockMerge: write merge_method, base_model, models and parameters as for mergekit'],
    [
      'method',
      'is the form of mlx_lm.merge, where a list of t means other values: write merge_method, and base_model for the model of t = 0',
    ],
    ['base_models', 'is not a key of a merge: write base_model with one name'],
    ['experts', 'is the form of mergekit-moe, which is not supported: only merges of whole models are'],
    ['gate_mode', 'is the form of mergekit-moe, which is not supported: only merges of whole models are'],
  ]),
}

export const MODULE_KEYS: LevelKeys = {
  used: ['models', 'slices', 'parameters'],
  ignored: new Map(all(PARAMETER_NAMES, MISPLACED)),
  refused: new Map([
    ['base_model', 'stands in a module: it belongs to the document, or to a slice'],
    ['merge_method', 'stands in a module: it belongs to the document, and holds for all modules'],
  ]),
}

export const SLICE_KEYS: LevelKeys = {
  used: ['sources', 'base_model', 'parameters'],
  ignored: new Map([
    ['merge_method', 'is ignored inside a slice, as by mergekit: the method of the document is used'],
    ['dtype', 'is ignored inside a slice, as by mergekit: the dtype of the document is used'],
    ['residual_weight', 'is ignored, as by mergekit'],
    ['name', 'is ignored inside a slice, as by mergekit'],
    ...all(PARAMETER_NAMES, MISPLACED),
    ['int8_mask', NO_MASKS],
  ]),
  refused: new Map([
    ['model', 'stands directly in a slice: put it under sources, as a list'],
    ['models', 'stands in a slice: a slice lists its models under sources, each with layer_range'],
    ['layer_range', 'stands directly in a slice: put it beside model, under sources'],
  ]),
}

const SOURCE_IGNORED: [string, string][] = [
  ...all(PARAMETER_NAMES, MISPLACED),
  ['int8_mask', NO_MASKS],
  ['merge_method', 'is ignored beside a model, as by mergekit: the method of the document is used'],
  ['base_model', 'is ignored beside a model, as by mergekit: it belongs to the document or the slice'],
  ['dtype', 'is ignored beside a model, as by mergekit: the dtype of the document is used'],
  ['name', 'is ignored beside a model, as by mergekit'],
  ['tokenizer', TOKENS_MISPLACED],
]

export const SOURCE_KEYS: LevelKeys = {
  used: ['model', 'layer_range', 'parameters'],
  ignored: new Map(SOURCE_IGNORED),
  refused: new Map([
    ['start', 'is the form of old mergekit: write layer_range: [start, end]'],
    ['end', 'is the form of old mergekit: write layer_range: [start, end]'],
  ]),
}

export const MODEL_ENTRY_KEYS: LevelKeys = {
  used: ['model', 'parameters'],
  ignored: new Map([
    ...SOURCE_IGNORED,
    [
      'layer_range',
      'is ignored under models, as by mergekit, and all layers are merged: for a part of the layers, use slices',
    ],
  ]),
  refused: new Map([['sources', 'stands under models: slices have sources, models do not']]),
}

export const FILTER_KEYS: LevelKeys = { used: ['filter', 'value'], ignored: NOTHING, refused: NOTHING }
export const MODEL_PATH_KEYS: LevelKeys = { used: ['path', 'revision'], ignored: NOTHING, refused: NOTHING }
export const MODEL_REFERENCE_KEYS: LevelKeys = {
  used: ['model', 'lora'],
  ignored: new Map([['override_architecture', 'is ignored: the architecture is read from the config of the model']]),
  refused: NOTHING,
}

/** Finds keys that a level does not have. @param place the level in words, such as `a slice` */
export function checkKeys(map: YamlMap, keys: LevelKeys, place: string, findings: Findings): void {
  for (const { key, line } of map.entries.values()) {
    if (keys.used.includes(key)) continue
    const refusal = keys.refused.get(key)
    const ignored = keys.ignored.get(key)
    if (refusal !== undefined) findings.error(`${key} ${refusal}.`, line)
    else if (ignored !== undefined) {
      findings.warning(`${key} ${ignored}.`, line, FOLLOWED_ELSEWHERE.has(key) ? undefined : removeKey(line, key))
    } else {
      const near = nearestWord(key, [...keys.used, ...keys.ignored.keys()])
      const hint = near === null ? `, expected ${listInWords(keys.used, 'or')}` : `: did you mean ${near}?`
      const mend = near === null ? removeKey(line, key) : renameKeyTo(line, key, near)
      findings.error(
        `The key ${quote(key)} is unknown in ${place}${hint.endsWith('?') ? hint : `${hint}.`}`,
        line,
        mend,
      )
    }
  }
}
