import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRecipe } from './parse-recipe.ts'
import { found, slerp } from './recipe-text.ts'

describe('hostile text', () => {
  test('aliases that expand to billions of values are refused', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (let i = 1; i < 12; i++) {
      const [before, name] = [String.fromCharCode(96 + i), String.fromCharCode(97 + i)]
      lines.push(`${name}: &${name} [${Array(10).fill(`*${before}`).join(', ')}]`)
    }
    expect(found(lines.join('\n'))[0]).toContain('values once its aliases are followed, expected at most')
  })

  test.each([
    ['brackets', '['.repeat(50_000)],
    ['braces', '{a: '.repeat(20_000)],
    ['dashes by the hundred thousand', '- '.repeat(250_000)],
    ['spaces', `a:\n${' '.repeat(400_000)}- b`],
    ['indented keys', Array.from({ length: 900 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['dashes', '- '.repeat(20_000)],
    ['closed brackets', `x: ${'['.repeat(40)}${']'.repeat(40)}`],
  ])('%s nested without end are an error, not a crash', (_, text) => {
    expect(found(text)[0]).toMatch(/nested too deeply|not readable/)
  })

  test('a text of megabytes is refused before it is read', () => {
    expect(found(`# ${'x'.repeat(2_000_000)}\n`)[0]).toContain('characters, expected at most')
  })

  test('a mapping of thousands of keys is refused', () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `zzzzzz${i}: 1`)
    expect(found(keys.join('\n'))).toEqual(['1 error: A mapping has 5000 keys, expected at most 256.'])
  })

  test('thousands of mistakes do not give thousands of problems', () => {
    const { recipe, problems } = parseRecipe(slerp(`[${'x, '.repeat(5000)}0]`))
    expect(recipe).toBeNull()
    expect(problems).toHaveLength(200)
  })

  test('an error after hundreds of warnings still counts', () => {
    const { recipe, problems } = parseRecipe(slerp(`[${'2, '.repeat(500)}x]`))
    expect(recipe).toBeNull()
    expect(problems.filter(({ severity }) => severity === 'error')).toHaveLength(1)
  })

  test('no text makes it throw, and a recipe is given exactly when there is no error', () => {
    const piece = fc.constantFrom(
      ...[
        'merge_method: ',
        'slerp',
        'models:',
        'slices:',
        '\n',
        '  ',
        '- ',
        'model: ',
        'a',
        'b',
        't: ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '0.5',
        '&x ',
        '*x',
      ],
      ...[
        '---\n',
        '...\n',
        '<<: ',
        '? ',
        '"',
        "'",
        '|',
        '>',
        '!!',
        '%',
        '@',
        '\t',
        ':',
        'name: ',
        'base_model: ',
        'parameters:',
        'layer_range: ',
        '#',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { recipe, problems } = parseRecipe(pieces.join(''))
        expect(recipe === null).toBe(problems.some(({ severity }) => severity === 'error'))
      }),
      { numRuns: 500 },
    )
  })

  test('a recipe with pieces cut out or doubled is read or refused, never thrown at', () => {
    const whole = slerp(
      '\n    - filter: mlp\n      value: [0.1, 0.9]\n    - value: 0.5',
      'dtype: float16\n---\nname: x\nmerge_method: linear\n',
    )
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(30), fc.nat(whole.length), (at, length, from) => {
        const text = whole.slice(0, at) + whole.slice(from, from + length) + whole.slice(at + length)
        expect(parseRecipe(text).problems.every(({ line, message }) => (line ?? 0) > 0 && message.length > 10)).toBe(
          true,
        )
      }),
    )
  })
})

describe('a large honest recipe', () => {
  test('with a filter for each of 723 tensors is read', () => {
    const filters = Array.from({ length: 723 }, (_, i) => ({
      filter: `model.layers.${i}.self_attn.q_proj.weight`,
      value: [i / 1000, 1],
    }))
    const recipe = { merge_method: 'slerp', base_model: 'a', models: [{ model: 'b' }], parameters: { t: filters } }
    const parsed = parseRecipe(JSON.stringify(recipe))
    expect(parsed.problems).toEqual([])
    expect(parsed.recipe?.stages[0]?.parameters.get('t')).toHaveLength(723)
  })
})
