import { describe, expect, test } from 'vitest'
import { applyEdits } from './apply-edit.ts'
import { type Finding, lint } from './lint.ts'
import { parseRecipe } from './parse-recipe.ts'
import { accept, lanes, slerp } from './recipe-text.ts'
import { SHAPES } from './shapes.ts'
import { stageT } from './stage-t.ts'

const PARTS = ['self_attn.q_proj', 'self_attn.k_proj', 'mlp.up_proj', 'mlp.down_proj', 'input_layernorm']

function namesOf(layers: number): string[] {
  const inner = Array.from({ length: layers }, (_, i) => PARTS.map((part) => `model.layers.${i}.${part}.weight`)).flat()
  return ['model.embed_tokens.weight', ...inner, 'model.norm.weight', 'lm_head.weight']
}

const NAMES = namesOf(12)

/** What is found, without the notes. */
function found(text: string, names: readonly string[] | null = NAMES): readonly Finding[] {
  return lint(parseRecipe(text), names).filter(({ severity }) => severity !== 'note')
}

function mended(text: string, finding: Finding | undefined): string {
  if (finding?.mend === undefined) throw new Error(`no mend: ${finding?.message}`)
  const result = applyEdits(text, finding.mend.edits)
  if ('problem' in result) throw new Error(result.problem)
  return result.text
}

describe('a finding that has a mend is gone after it, and no other has come', () => {
  const twoDocuments = `name: component1\n${slerp('0.5')}---\nmerge_method: slerp\nbase_model: component1\nmodels:\n  - model: component1\n  - model: componet1\nparameters: {t: 0.5}\n`
  test.each([
    [
      'a filter that matches no tensor',
      slerp('\n    - filter: modelnorm\n      value: 1\n    - value: 0.5'),
      'did you mean "model.norm"?',
      'filter: model.norm\n',
    ],
    [
      'a misspelt filter',
      slerp('\n    - filter: self_atn\n      value: 1\n    - value: 0.5'),
      'did you mean "self_attn"?',
      'filter: self_attn\n',
    ],
    [
      'a filter like none',
      slerp('\n    - filter: vision_tower.encoder\n      value: 1\n    - value: 0.5'),
      'matches no tensor of these models.',
      '  t: \n    - value: 0.5',
    ],
    [
      'a range of layers',
      slerp('\n    - filter: layers.0-2 # low\n      value: 1\n    - value: 0.5'),
      'a range of layers is not understood',
      '- filter: layers.2.\n      value: 1\n    - value: 0.5',
    ],
    [
      'a range in braces',
      slerp('[{filter: layers.0-1, value: 1}, {value: 0.5}]'),
      'a range of layers',
      '[{filter: layers.0., value: 1}, {filter: layers.1., value: 1}, {value: 0.5}]',
    ],
    [
      'a layer that is part of others',
      slerp('\n    - filter: layers.1\n      value: 1\n    - value: 0.5'),
      'matches the layers 10, 11 … too',
      'filter: layers.1.\n',
    ],
    [
      'a filter behind a catch-all',
      slerp('\n    - value: 0.5\n    - filter: mlp # c\n      value: 1'),
      'is never used',
      '    - filter: mlp # c\n      value: 1\n    - value: 0.5',
    ],
    [
      'a second catch-all',
      slerp('\n    - value: 0.5\n    - filter: "*"\n      value: 1'),
      'is never used',
      '  t: \n    - value: 0.5',
    ],
    [
      'a filter with a space at its end',
      slerp('[{filter: "mlp ", value: 1}, {value: 0}]'),
      'has spaces at its ends',
      '[{filter: mlp, value: 1}, {value: 0}]',
    ],
    [
      'a point that no layer hits',
      slerp(
        '[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0.1, 0.2, 0.3, 0.4]',
      ),
      'change nothing: 25 points are spread over 12 layers',
      't: [',
    ],
    [
      'merge_method in a slice',
      'merge_method: passthrough\nslices:\n  - sources: [{model: a, layer_range: [0, 4]}]\n    merge_method: slerp\n',
      'merge_method is ignored inside a slice',
      '[0, 4]}]\n',
    ],
    [
      't of one model',
      'merge_method: slerp\nbase_model: a\nmodels:\n  - model: a\n  - model: b\n    parameters:\n      t: 1\n      weight: 2\nparameters: {t: 0}\n',
      't is ignored among the parameters of one model',
      '    parameters:\n      weight: 2\n',
    ],
    [
      'normalize on slerp',
      slerp('0.5', '  normalize: true # why\ndtype: float16\n'),
      'normalize is ignored by slerp',
      '  t: 0.5\ndtype: float16\n',
    ],
    [
      'a misplaced weight',
      'merge_method: passthrough\nmodels:\n  - model: a\n    weight: 1\n',
      'weight is ignored here',
      '  - model: a\n',
    ],
    ['a misspelt key', slerp('0.5', 'dtpye: float16 # x\n'), 'did you mean dtype?', 'dtype: float16 # x\n'],
    ['an unknown key', slerp('0.5', 'zzzzzzzz: 1\n'), 'The key "zzzzzzzz" is unknown', '  t: 0.5\n'],
    [
      'a misspelt parameter',
      'merge_method: linear\nmodels: [{model: a}, {model: b}]\nparameters:\n  wieght: 1\n',
      'did you mean weight?',
      '  weight: 1\n',
    ],
    ['a misspelt dtype', slerp('0.5', 'dtype: bfloat # mine\n'), 'did you mean bfloat16?', 'dtype: bfloat16 # mine\n'],
    ['a misspelt method', slerp('0.5').replace('slerp', 'slrep'), 'did you mean slerp?', 'merge_method: slerp\n'],
    [
      'a key twice',
      slerp('0.5', 'dtype: float16 # old\ndtype: bfloat16 # new\n'),
      'appears twice here',
      '  t: 0.5\ndtype: bfloat16 # new\n',
    ],
    [
      'a number that PyYAML reads as text',
      slerp('[0, 1e-9] # small'),
      'mergekit takes it for text',
      't: [0, 1.0e-9] # small\n',
    ],
    ['a number in quotes', slerp('"0.5"'), 'mergekit takes it for text', 't: 0.5\n'],
    [
      'a reference that is almost a stage',
      twoDocuments
        .replace('model: component1\n  - model: componet1', 'model: componet1\n  - model: zzz')
        .replace('base_model: component1', 'base_model: componet1'),
      'did you mean the stage "component1"?',
      'base_model: component1\n',
    ],
    ['a stage that nothing uses', `name: idle\n${slerp('0.1')}---\n${slerp('0.5')}`, 'is left out', slerp('0.5')],
  ])('%s', (_, text, message, after) => {
    const before = found(text)
    const finding = before.find((each) => each.message.includes(message))
    expect(finding?.message, before.map((each) => each.message).join('\n')).toContain(message)
    const mend = mended(text, finding)
    expect(mend).toContain(after)
    const left = found(mend).map((each) => each.message)
    expect(left.filter((each) => each.includes(message))).toEqual([])
    expect(left.length).toBeLessThan(before.length)
  })
})

describe('what the mends leave as it was', () => {
  test('points that no layer hits go, and t stays the same in every layer', () => {
    const text = slerp('[0, 0.1, 0.2, 0.9, 0.4, 0.5, 0.6, 0.1]')
    const names = namesOf(4)
    const [finding] = found(text, names)
    const mend = mended(text, finding)
    const values = (each: string) =>
      stageT(accept(each).stages[0] ?? expect.fail(), 'mergekit', names).map(({ t }) => t ?? 0)
    for (const [i, t] of values(text).entries()) expect(values(mend)[i]).toBeCloseTo(t, 10)
    expect(lanes(mend)?.[0]?.value).toHaveLength(4)
  })

  test('a gradient over a range of layers is explained without a mend, because nobody knows what was meant', () => {
    const [finding] = found(slerp('[{filter: layers.0-2, value: [0, 1]}, {value: 0.5}]'))
    expect(finding?.message).toContain('a range of layers is not understood')
    expect(finding?.mend).toBeUndefined()
  })
})

describe('notes', () => {
  test('say that norm and lm_head take the first value, and give them the last with a click', () => {
    const text = slerp('[0.25, 0.3, 0.5] # x')
    const notes = lint(parseRecipe(text), NAMES)
    expect(notes.map(({ severity, line }) => [severity, line])).toEqual([['note', 7]])
    expect(notes[0]?.message).toContain(
      'model.norm.weight and lm_head.weight take the first value 0.25 of [0.25, 0.3, 0.5], not the last',
    )
    const mend = mended(text, notes[0])
    const t = new Map(
      stageT(accept(mend).stages[0] ?? expect.fail(), 'mergekit', NAMES).map((each) => [each.name, each.t]),
    )
    expect([t.get('model.norm.weight'), t.get('lm_head.weight')]).toEqual([0.5, 0.5])
    expect(mend).toContain('# x')
    expect(lint(parseRecipe(mend), NAMES)).toEqual([])
  })

  test('have no mend where a filter of the name would hold for other tensors', () => {
    const names = ['layers.0.input_layernorm.weight', 'layers.1.input_layernorm.weight', 'norm.weight']
    const [note] = lint(parseRecipe(slerp('[0, 1]')), names)
    expect(note?.message).toContain('norm.weight takes the first value 0')
    expect(note?.mend).toBeUndefined()
  })

  test('say nothing of constant lists, of other dialects, and before a model is open', () => {
    for (const list of ['[0.3, 0.3]', '[0.3, 0.9, 0.3]']) expect(lint(parseRecipe(slerp(list)), NAMES)).toEqual([])
    expect(lint(parseRecipe(`# slerp-studio: dialect = mergekit-2023\n${slerp('[0, 1]')}`), NAMES)).toEqual([])
    expect(lint(parseRecipe(slerp('[0, 1]')))).toEqual([])
  })
})

describe('what has no mend is still said', () => {
  test.each([
    ['a circle', `name: a\n${slerp('0.5')}`, 'circle'],
    ['stages', 'merge_method: slerp\nstages: []\n', 'put every stage in a document of its own'],
    ['a method not built', 'merge_method: lrp\nmodels: [{model: a}]\n', 'lrp, which is not supported yet'],
    ['a LoRA', 'merge_method: passthrough\nmodels: [{model: a+b}]\n', 'adapters are not merged here'],
  ])('%s', (_, text, message) => {
    expect(
      found(text)
        .map((each) => each.message)
        .join('\n'),
    ).toContain(message)
  })
})

describe('every shape of recipe', () => {
  test.each(SHAPES)('$name: every mend can be made', ({ text }) => {
    for (const { mend } of lint(parseRecipe(text), namesOf(4))) {
      if (mend === undefined) continue
      const result = applyEdits(text, mend.edits)
      expect('problem' in result ? result.problem : null).toBeNull()
    }
  })
})
