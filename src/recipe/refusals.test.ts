import { describe, expect, test } from 'vitest'
import { parseRecipe } from './parse-recipe.ts'
import { found, slerp } from './recipe-text.ts'

describe('what is refused', () => {
  test.each([
    ['text for t', slerp('half'), '7 error: t is "half", expected a number or a list of numbers.'],
    ['text in a list', slerp('[0.1, x]'), '7 error: t is "x"'],
    ['infinity', slerp('.inf'), '7 error: t is ".inf"'],
    ['not a number', slerp('.nan'), '7 error: t is ".nan"'],
    ['a number beyond 64 bits', slerp('1.0e+999'), '7 error: t is 1.0e+999, which is no finite number'],
    ['octal', slerp('010'), '7 error: t is "010", expected a number or a list of numbers without leading zeros.'],
    ['hexadecimal', slerp('0x1'), '7 error: t is "0x1"'],
    ['minutes', slerp('1:30'), '7 error: t is "1:30"'],
    ['a boolean for t', slerp('true'), '7 error: t is "true"'],
    ['an empty t', slerp(''), '7 error: t is empty'],
    ['an empty list', slerp('[]'), '7 error: t is an empty list'],
    ['a list in a list', slerp('[[0, 1]]'), '7 error: t is a list of 2'],
    [
      'a single entry',
      slerp('{filter: mlp, value: 1}'),
      '7 error: t is a single mapping with "filter" and "value", expected a list',
    ],
    ['numbers among filters', slerp('[{value: 1}, 0.5]'), '7 error: t mixes 0.5 with filters'],
    ['an entry without value', slerp('[{filter: mlp}]'), '7 error: An entry of t has no value'],
    [
      'a misspelt key of an entry',
      slerp('[{filters: mlp, value: 1}]'),
      '7 error: The key "filters" is unknown in an entry of t: did you mean filter?',
    ],
    [
      'a misspelt key',
      slerp('0.5', 'dtpye: float16\n'),
      '8 error: The key "dtpye" is unknown in a recipe: did you mean dtype?',
    ],
    [
      'a misspelt parameter',
      slerp('0.5', '  wieght: 1\n'),
      '8 error: The parameter "wieght" is unknown: did you mean weight?',
    ],
    ['__proto__', slerp('0.5', '  __proto__: 1\n'), '8 error: The parameter "__proto__" is unknown, expected t.'],
    [
      'a misspelt dtype',
      slerp('0.5', 'dtype: bfloat\n'),
      '8 error: dtype is "bfloat", expected float16, bfloat16 or float32 (did you mean bfloat16?).',
    ],
    [
      'half',
      slerp('0.5', 'out_dtype: half\n'),
      '8 error: out_dtype is "half", expected float16, bfloat16 or float32 (did you mean float16?).',
    ],
    ['float8', slerp('0.5', 'dtype: int64\n'), '8 error: dtype is "int64", expected float16, bfloat16 or float32'],
    [
      'a LoRA',
      'merge_method: passthrough\nmodels: [{model: org/a+org/lora}]\n',
      '2 error: model asks for a LoRA adapter ("org/a+org/lora")',
    ],
    [
      'a LoRA in a mapping',
      'merge_method: passthrough\nmodels: [{model: {model: a, lora: b}}]\n',
      '2 error: model asks for a LoRA adapter',
    ],
    [
      'a plain name',
      'merge_method: passthrough\nmodels: [org/a]\n',
      '2 error: An entry of models is "org/a", expected a mapping with model: write - model: "org/a".',
    ],
    ['modules', 'merge_method: slerp\nmodules: {text_decoder: {models: []}}\n', '2 error: models is an empty list'],
    [
      'stages',
      'merge_method: slerp\nstages: []\n',
      '2 error: stages is no key of mergekit: put every stage in a document of its own',
    ],
    [
      'layer_slices',
      'layer_slices: [{model: a, start: 0, end: 4}]\nmerge_method: passthrough\n',
      '1 error: layer_slices is the form of mergekit before September 2023',
    ],
    [
      'the form of mlx',
      'models: [{model: a}, {model: b}]\nmethod: slerp\nparameters: {t: 0.5}\n',
      '2 error: method is the form of mlx_lm.merge',
    ],
    [
      'the form of BlockMerge',
      'operations: []\nmerge_method: linear\n',
      '1 error: operations is the form of BlockMerge',
    ],
    [
      'a method not built',
      'merge_method: lrp\nmodels: [{model: a}]\n',
      '1 error: merge_method is lrp, which is not supported yet, expected slerp, linear, ties or another method that the help on methods lists.',
    ],
    [
      'a misspelt method',
      'merge_method: slrep\nmodels: [{model: a}]\n',
      '1 error: merge_method is "slrep", which is no known method, expected slerp, linear, ties or another method that the help on methods lists (did you mean slerp?).',
    ],
    [
      'an inherited name',
      'merge_method: constructor\nmodels: [{model: a}]\n',
      '1 error: merge_method is "constructor"',
    ],
    ['no method', 'models: [{model: a}]\n', '1 error: merge_method is missing'],
    [
      'models and slices',
      'merge_method: passthrough\nmodels: [{model: a}]\nslices: [{sources: [{model: a, layer_range: [0, 1]}]}]\n',
      '3 error: The document has both models and slices',
    ],
    ['neither', 'merge_method: passthrough\n', '1 error: The document has neither models nor slices'],
    ['an empty list of models', 'merge_method: passthrough\nmodels: []\n', '2 error: models is an empty list'],
    [
      'a model twice',
      'merge_method: linear\nmodels:\n  - model: a\n  - model: a\nparameters: {weight: 1}\n',
      '4 error: The model "a" stands twice in models',
    ],
    [
      'slerp of one',
      'merge_method: slerp\nbase_model: a\nmodels: [{model: a}]\nparameters: {t: 0}\n',
      '3 error: slerp has only one model, expected exactly two with the base model, found "a".',
    ],
    [
      'slerp of three',
      'merge_method: slerp\nbase_model: a\nmodels: [{model: b}, {model: c}]\nparameters: {t: 0}\n',
      '3 error: slerp has 3 models, expected exactly two with the base model, found "b", "c" and "a".',
    ],
    [
      'slerp without a base',
      'merge_method: slerp\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0}\n',
      '2 error: base_model is missing',
    ],
    [
      'slerp without t',
      'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\n',
      '3 error: t is missing',
    ],
    [
      'linear without weight',
      'merge_method: linear\nmodels:\n  - model: a\n    parameters: {weight: 1}\n  - model: b\n',
      '5 error: weight is missing for the model "b", expected',
    ],
    [
      'linear with an added base',
      'merge_method: linear\nbase_model: c\nmodels: [{model: a, parameters: {weight: 1}}]\n',
      '2 error: weight is missing for the model "c" (the base model, which is merged too)',
    ],
    [
      'passthrough of two',
      'merge_method: passthrough\nmodels: [{model: a}, {model: b}]\n',
      '2 error: passthrough has 2 models, expected exactly one, found "a" and "b".',
    ],
    ['a bare star', slerp('\n    - filter: *\n      value: 1'), '8 error: A bare * is no value in YAML'],
    [
      'backslashes in double quotes',
      'merge_method: passthrough\nmodels:\n  - model: "D:\\models"\n',
      '3 error: In double quotes a backslash begins an escape',
    ],
    ['a tag', slerp('!!python/name:os.system'), '7 error: The tag "!!python/name:os.system" is not allowed'],
    ['an alias to nothing', slerp('*x'), '7 error: The alias *x has no anchor before it.'],
    ['a list as a key', slerp('0.5', '? [a, b]\n: 1\n'), '8 error: A key is a list or a mapping'],
    ['nothing', '', '1 error: The recipe is empty'],
    ['only a comment', '# nothing\n---\n', '1 error: The recipe is empty'],
    ['a word', 'hello', '1 error: The document is "hello", expected a mapping with merge_method'],
    ['a list', '- a\n', '1 error: The document is a list of 1, expected a mapping'],
  ])('%s', (_, text, message) => {
    expect(parseRecipe(text).recipe).toBeNull()
    expect(found(text).filter((line) => line.includes(' error: '))).toHaveLength(1)
    expect(found(text).find((line) => line.includes(' error: '))).toContain(message)
  })

  test.each([
    ['negative', '[-1, 4]', 'has a negative layer'],
    ['reversed', '[8, 2]', 'ends before it begins'],
    ['empty', '[3, 3]', 'has no layer in it'],
    ['with one number', '[3]', 'expected two whole numbers'],
    ['with a fraction', '[0, 2.5]', 'expected two whole numbers'],
    ['of words', '0-32', 'expected two whole numbers'],
    ['absurdly long', '[0, 99999999999]', 'expected no layer beyond'],
  ])('a layer_range that is %s', (_, range, message) => {
    const [problem, ...others] = found(
      `merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n        layer_range: ${range}\n`,
    )
    expect(others).toEqual([])
    expect(problem).toContain('5 error: layer_range is ')
    expect(problem).toContain(message)
  })

  test('ranges of different length in a slice', () => {
    const text =
      'merge_method: slerp\nbase_model: a\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 4]}\n      - {model: b, layer_range: [0, 5]}\nparameters: {t: 0}\n'
    expect(found(text)).toEqual([
      '6 error: layer_range of "b" has 5 layers, expected 4 as in the first source of the slice.',
    ])
  })

  test('several mistakes are all named, in the order of the lines', () => {
    const text =
      'merge_method: slerp\nbase_model: a\nmodels:\n  - model: a\n  - mdoel: b\nparameters:\n  t: x\ndtype: bf16\n'
    expect(parseRecipe(text).problems.map(({ line }) => line)).toEqual([5, 7, 8])
  })

  test('the name of the file stands with every problem', () => {
    expect(parseRecipe('hello', 'mine.yml').problems[0]?.where).toBe('mine.yml')
  })
})
