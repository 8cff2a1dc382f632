import { describe, expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import { convertRecipe } from './convert.ts'
import { DIALECTS, type Dialect } from './dialect.ts'
import { exportForMergekit } from './export.ts'
import { parseRecipe } from './parse-recipe.ts'
import { accept } from './recipe-text.ts'
import { SHAPES } from './shapes.ts'
import { stageT } from './stage-t.ts'
import { lzlvTemplate } from './template.ts'

function llamaNames(layers: number): string[] {
  const parts = [
    'self_attn.q_proj',
    'self_attn.k_proj',
    'self_attn.v_proj',
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.up_proj',
  ]
  const all = [...parts, 'mlp.down_proj', 'input_layernorm', 'post_attention_layernorm']
  const inner = Array.from({ length: layers }, (_, i) => all.map((part) => `model.layers.${i}.${part}.weight`)).flat()
  return ['model.embed_tokens.weight', ...inner, 'model.norm.weight', 'lm_head.weight']
}

function withDialect(text: string, dialect: Dialect): string {
  const edited = applyEdit(text, { kind: 'set-dialect', dialect })
  if ('problem' in edited) throw new Error(edited.problem)
  return edited.text
}

/** The text as the import takes it. */
function imported(text: string): string {
  const result = convertRecipe(text)
  return result !== null && 'text' in result ? result.text : text
}

function exported(text: string, names: readonly string[] | null): string {
  const result = exportForMergekit(text, names)
  if ('problem' in result) throw new Error(result.problem)
  return result.text
}

/** t of every tensor of every slerp stage, by stage and name. */
function allT(text: string, names: readonly string[]): Map<string, number | null> {
  const { stages, dialect } = accept(text)
  const slerps = stages.filter(({ method }) => method === 'slerp')
  return new Map(
    slerps.flatMap((stage) => stageT(stage, dialect, names).map(({ name, t }) => [`${stage.name} ${name}`, t])),
  )
}

function expectSameT(text: string, names: readonly string[]): void {
  const written = exported(text, names)
  expect(accept(written).dialect).toBe('mergekit')
  const [shown, read] = [allT(text, names), allT(written, names)]
  expect([...read.keys()]).toEqual([...shown.keys()])
  for (const [key, t] of shown) {
    if (t === null) expect(read.get(key), key).toBeNull()
    else expect(read.get(key), key).toBeCloseTo(t, 10)
  }
}

const SLICES = `slices:
  - sources: [{model: a, layer_range: [0, 4]}, {model: b, layer_range: [0, 4]}]
    parameters: {t: [{filter: mlp, value: [0, 1, 0.5]}]}
  - sources: [{model: a, layer_range: [2, 3]}, {model: b, layer_range: [2, 3]}]
  - sources: [{model: a, layer_range: [4, 7]}, {model: b, layer_range: [4, 7]}]
merge_method: slerp
base_model: a
parameters:
  t: # everywhere else
    - {filter: norm, value: [1, 0]}
    - {filter: self_attn, value: [0.1, 0.9]}
    - {value: [0.25, 0.3, 0.5]}
`

describe('export for mergekit of today', () => {
  test.each(DIALECTS)('%s: the lzlv recipe over 80 layers has the same t for all 723 tensors', (dialect) => {
    const text = withDialect(lzlvTemplate(), dialect)
    const names = llamaNames(80)
    expect(names).toHaveLength(723)
    expectSameT(text, names)
  })

  test.each(DIALECTS)('%s: filters and slices of different length have the same t', (dialect) => {
    expectSameT(withDialect(SLICES, dialect), llamaNames(8))
  })

  const slerps = SHAPES.map(({ name, text }) => ({ name, text: imported(text) })).filter(({ text }) =>
    parseRecipe(text).recipe?.stages.some(({ method }) => method === 'slerp'),
  )
  test.each(slerps)('imported, exported and imported again in its own dialect: $name', ({ text }) => {
    expectSameT(text, llamaNames(4))
  })

  test.each(slerps)('in every dialect: $name', ({ text }) => {
    for (const dialect of DIALECTS) expectSameT(withDialect(text, dialect), llamaNames(4))
  })

  test('changes nothing where the recipe is one of today’s mergekit', () => {
    const ours = slerps.filter(({ text }) => accept(text).dialect === 'mergekit')
    expect(ours.length).toBeGreaterThan(20)
    for (const { text } of ours) expect(exportForMergekit(text)).toEqual({ text, notes: [] })
  })

  test('needs no model for the dialect of 2023, and keeps comments', () => {
    const written = exported(`${lzlvTemplate()}# the end\n`, null)
    expect(written).toContain('# the end')
    expect(written).toContain(
      '  t:\n    - filter: model.norm.weight\n      value: 0.5\n    - filter: lm_head.weight\n      value: 0.5\n    - value: [0.25, 0.3, 0.5]\n',
    )
    const result = exportForMergekit(withDialect(lzlvTemplate(), 'mlx'))
    expect('problem' in result && result.problem).toContain('Open the models first')
  })

  test('gives weights of the dialect of 2023 their last value for norm and lm_head', () => {
    const text = `# slerp-studio: dialect = mergekit-2023
merge_method: linear
models:
  - model: a
    parameters: {weight: [0, 1]}
  - model: b
    parameters:
      weight:
        - filter: mlp
          value: 0.5
        - value: [1, 0]
`
    const stage = accept(exported(text, null)).stages[0]
    expect(stage?.slices[0]?.sources.map(({ parameters }) => parameters.get('weight')?.[0])).toMatchObject([
      { filter: 'model.norm.weight', value: 1 },
      { filter: 'model.norm.weight', value: 0 },
    ])
  })

  test('says where a straight line or a clipped angle stays another result', () => {
    const notes = DIALECTS.map((dialect) => {
      const result = exportForMergekit(withDialect(lzlvTemplate(), dialect), llamaNames(8))
      return 'notes' in result ? result.notes.join(' ') : result.problem
    })
    expect(notes[0]).toContain('entries of their own')
    expect(notes[3]).toContain('straight line')
    expect(notes[4]).toContain('obtuse angle')
  })

  test('refuses names that a filter could not tell apart', () => {
    const names = [
      'embed_tokens.weight',
      'layers.0.input_layernorm.weight',
      'layers.1.input_layernorm.weight',
      'norm.weight',
    ]
    const result = exportForMergekit(lzlvTemplate(), names)
    expect('problem' in result && result.problem).toContain('The filter norm.weight would match other tensors too')
  })
})

describe('the lzlv template', () => {
  test('is read without a word, in the dialect of its day, with the models in its slots', () => {
    const { recipe, problems } = parseRecipe(lzlvTemplate({ mythospice: 'D:\\m', xwin: 'org/x', hermes: 'org/h' }))
    expect(problems).toEqual([])
    expect(recipe?.dialect).toBe('mergekit-2023')
    expect(recipe?.models).toEqual(['D:\\m', 'org/x', 'org/h'])
    expect(recipe?.stages.map(({ name, dtype, outDtype }) => [name, dtype, outDtype])).toEqual([
      ['component1', 'F32', null],
      ['component2', 'F32', null],
      [null, 'F32', 'F16'],
    ])
  })
})
