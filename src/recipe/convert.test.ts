import { describe, expect, test } from 'vitest'
import { convertRecipe } from './convert.ts'
import { parseRecipe } from './parse-recipe.ts'
import { accept, found, lanes } from './recipe-text.ts'
import { SHAPES } from './shapes.ts'

function converted(text: string): { text: string; notes: readonly string[] } {
  const result = convertRecipe(text)
  if (result === null || 'problem' in result) throw new Error(result?.problem ?? 'nothing to convert')
  return result
}

function problem(text: string): string | null {
  const result = convertRecipe(text)
  return result !== null && 'problem' in result ? result.problem : null
}

function shape(name: string): string {
  return SHAPES.find((each) => each.name === name)?.text ?? ''
}

describe('every shape of recipe', () => {
  test.each(SHAPES)('$name is imported, or what stands in the way is said', ({ name, text }) => {
    const result = convertRecipe(text)
    const imported = result !== null && 'text' in result ? result.text : text
    const { recipe, problems } = parseRecipe(imported)
    if (name === 'a model with a LoRA') {
      expect(problems.map(({ message }) => message).join()).toContain('adapters are not merged here')
    } else expect(recipe, problems.map(({ message }) => message).join('\n')).not.toBeNull()
  })

  test('that is one of mergekit is not touched', () => {
    const ours = SHAPES.filter(({ text }) => parseRecipe(text).recipe !== null)
    expect(ours.length).toBeGreaterThan(20)
    for (const { text } of ours) expect(convertRecipe(text)).toBeNull()
  })
})

describe('old layer_slices', () => {
  test('become slices of passthrough', () => {
    const { text, notes } = converted(shape('old layer_slices'))
    const stage = accept(text).stages[0]
    expect(stage?.method).toBe('passthrough')
    expect(stage?.slices.map(({ sources }) => sources.map(({ model, layerRange }) => [model, layerRange]))).toEqual([
      [['org/a', [0, 3]]],
      [['org/b', [1, 4]]],
    ])
    const scale = stage?.slices[1]?.sources[0]?.parameters.get('scale')
    expect(scale?.map(({ filter, value }) => [filter, value])).toEqual([
      ['down_proj', 0.5],
      [null, 1],
    ])
    expect(notes[0]).toContain('layer_slices')
    expect(text).toContain('#   - model: org/b # the upper part'.replace('#   ', '#     '))
  })
})

describe('BlockMerge', () => {
  test('operations become lanes of t in its dialect, and the rest stays the first model', () => {
    const { text } = converted(shape('BlockMerge operations'))
    expect(accept(text).dialect).toBe('blockmerge-gradient')
    expect(accept(text).models).toEqual(['I:\\HF\\a', 'I:\\HF\\b'])
    expect(lanes(text)).toEqual([
      { filter: 'self_attn', value: [0.8, 0.2] },
      { filter: 'mlp', value: [0.3, 0.7] },
      { filter: null, value: 0 },
    ])
    expect(found(text)).toEqual([])
  })

  test('gradient_values hold for all tensors, or for those of layers', () => {
    const plain = shape('BlockMerge gradient_values')
    expect(lanes(converted(plain).text)).toEqual([{ filter: null, value: [1, 0.5, 0] }])
    expect(lanes(converted(`${plain}layer_only: true\n`).text)).toEqual([
      { filter: 'layer', value: [1, 0.5, 0] },
      { filter: null, value: 0 },
    ])
    expect(lanes(converted(plain.replace('[1.0, 0.5, 0.0]', "'[1.0, 0.0]'")).text)).toEqual([
      { filter: null, value: [1, 0] },
    ])
  })

  test.each([
    ['a missing model', 'model_path1: a\ngradient_values: [0, 1]\n', 'Line 1: model_path2 is missing, expected text.'],
    ['no values', 'model_path1: a\nmodel_path2: b\n', 'gradient_values is missing'],
    [
      'text among the values',
      'model_path1: a\nmodel_path2: b\ngradient_values: [0, x]\n',
      'Line 3: gradient_values is "x"',
    ],
    ['no_layers', 'model_path1: a\nmodel_path2: b\ngradient_values: [0, 1]\nno_layers: true\n', 'no_layers spreads'],
    [
      'operations that meet',
      'model_path1: a\nmodel_path2: b\noperations:\n  - {filter: self_attn, gradient_values: [0, 1]}\n  - {filter: q_proj, gradient_values: [0, 1]}\n',
      'Two operations ("self_attn" and "q_proj") match model.layers.0.self_attn.q_proj.weight',
    ],
  ])('%s is said', (_, text, message) => {
    expect(problem(text)).toContain(message)
  })
})

describe('mlx', () => {
  const text = shape('an mlx list of plain names')

  test('becomes a slerp in its dialect, the first model its base', () => {
    const recipe = accept(converted(text).text)
    expect([recipe.dialect, recipe.models, recipe.stages[0]?.baseModel]).toEqual(['mlx', ['org/a', 'org/b'], 'org/a'])
    expect(lanes(converted(text).text)).toEqual([
      { filter: 'self_attn', value: [0, 0.5, 0.3, 0.7, 1] },
      { filter: 'mlp', value: [1, 0.5, 0.7, 0.3, 0] },
      { filter: null, value: 0.5 },
    ])
  })

  test('of three models is a chain of stages', () => {
    const recipe = accept(converted(text.replace('  - org/b\n', '  - org/b\n  - org/c\n')).text)
    expect(recipe.stages.map(({ name, baseModel }) => [name, baseModel])).toEqual([
      ['step1', 'org/a'],
      [null, 'step1'],
    ])
    expect(recipe.models).toEqual(['org/a', 'org/b', 'org/c'])
  })

  test('leaves out filters that its whole names never match, saying so', () => {
    const { text: written, notes } = converted(text.replace('filter: mlp', 'filter: q_proj'))
    expect(lanes(written)?.map(({ filter }) => filter)).toEqual(['self_attn', null])
    expect(notes.join(' ')).toContain('"q_proj"')
  })

  test('plain names in a recipe of mergekit get their key where they stand', () => {
    const plain =
      'merge_method: slerp\nbase_model: org/a\nmodels: # two\n  - org/a\n  - org/b # other\nparameters: {t: 0.5}\n'
    expect(converted(plain).text).toBe(plain.replaceAll('- org', '- model: org'))
    const flow = 'merge_method: slerp\nbase_model: org/a\nmodels: [org/a, org/b]\nparameters: {t: 0.5}\n'
    expect(converted(flow).text).toBe(flow.replace('[org/a, org/b]', '[{model: org/a}, {model: org/b}]'))
  })
})

describe('a model card', () => {
  const yaml = shape('slices with two sources')
  const card = (...blocks: string[]) =>
    `---\nbase_model:\n- org/a\nlicense: llama2\ntags:\n- merge\n---\n# A merge\n\nMade of two models.\n\n${blocks.map((block) => `\`\`\`yaml\n${block}\`\`\`\n`).join('\nand\n\n')}\nThe end.\n`

  test('gives the recipe in its block of code, as it stands, with the line where it began', () => {
    const result = convertRecipe(card(yaml))
    expect(result).toEqual({ text: yaml, notes: ['The recipe was taken from line 13 of a model card.'], before: 12 })
    expect(converted(card(yaml).replaceAll('\n', '\r\n')).text).toBe(yaml)
    expect(converted(card(yaml, yaml)).text, 'the same twice is one').toBe(yaml)
  })

  test('may have its block in a list, with other fences, beside blocks that are no recipe', () => {
    const indented = yaml.replace(/^(?=.)/gm, '  ')
    const text = `# M\n\n\`\`\`python\nprint("merge")\n\`\`\`\n\n- so:\n\n  ~~~~\n${indented}  ~~~~\n`
    expect(converted(text).text).toBe(yaml)
  })

  test('with stages in several blocks is one recipe of several documents', () => {
    const first = `name: one\n${shape('models with the same meaning')}`
    const last = 'merge_method: slerp\nbase_model: one\nmodels: [{model: one}, {model: org/c}]\nparameters: {t: 0.5}\n'
    const { text, notes } = converted(card(first, `---\n${last}`))
    expect(accept(text).stages.map(({ name }) => name)).toEqual(['one', null])
    expect(notes[0]).toMatch(/^The recipe was put together from lines 13 and \d+ of a model card\.$/)
  })

  test('with recipes that do not belong together, or with none, is explained', () => {
    expect(problem(card(yaml, shape('a list of one')))).toMatch(/has 2 recipes \(lines 13 and \d+\)/)
    expect(problem(card('a: 1\n'))).toContain('This is a model card, and it has no recipe')
  })

  test('of another tool’s recipe is converted as well', () => {
    const { text, notes } = converted(card(shape('BlockMerge operations')))
    expect(accept(text).dialect).toBe('blockmerge-gradient')
    expect(notes.slice(0, 2).join(' ')).toMatch(/model card\. Converted from BlockMerge_Gradient/)
  })

  test('is not seen in a recipe whose chat template has fences', () => {
    const text = `${shape('a list of one')}chat_template: |\n  \`\`\`\n  merge_method: x\n  \`\`\`\n`
    expect(convertRecipe(text)).toBeNull()
  })
})

describe('recipes of mergekit’s other programs are explained', () => {
  test.each([
    ['mergekit-moe', 'base_model: a\ngate_mode: hidden\nexperts:\n  - source_model: a\n', 'mixture of experts'],
    ['mergekit-evolve', 'genome:\n  models: [a, b]\n  merge_method: slerp\n', 'searches for a recipe'],
  ])('%s', (_, text, words) => {
    expect(problem(text)).toContain(words)
  })
})
