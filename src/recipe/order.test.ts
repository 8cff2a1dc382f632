import { describe, expect, test } from 'vitest'
import { parseRecipe } from './parse-recipe.ts'

function document(name: string | null, base: string, other: string): string {
  return `${name === null ? '' : `name: ${name}\n`}merge_method: slerp\nbase_model: ${base}\nmodels: [{model: ${base}}, {model: ${other}}]\nparameters: {t: 0.5}\n`
}

function parse(...documents: string[]) {
  const { recipe, problems } = parseRecipe(documents.join('---\n'))
  return {
    names: recipe?.stages.map(({ name }) => name) ?? null,
    models: recipe?.models ?? null,
    problems: problems.map(({ line, severity, message }) => `${line} ${severity}: ${message}`),
  }
}

const ONE = document('one', 'A', 'B')
const TWO = document('two', 'B', 'C')
const FINAL = document(null, 'one', 'two')

describe('a recipe of several documents', () => {
  test.each([
    ['in order', [ONE, TWO, FINAL], ['one', 'two', null]],
    ['final first', [FINAL, ONE, TWO], ['one', 'two', null]],
    ['backwards', [FINAL, TWO, ONE], ['two', 'one', null]],
  ])('%s, has each stage after those it uses and the final one last', (_, documents, names) => {
    const parsed = parse(...documents)
    expect(parsed.names).toEqual(names)
    expect(parsed.models?.toSorted()).toEqual(['A', 'B', 'C'])
    expect(parsed.problems).toEqual([])
  })

  test('puts a chain in order', () => {
    const parsed = parse(
      document(null, 'c', 'Z'),
      document('c', 'b', 'Y'),
      document('b', 'a', 'X'),
      document('a', 'V', 'W'),
    )
    expect(parsed.names).toEqual(['a', 'b', 'c', null])
    expect(parsed.models).toEqual(['Z', 'Y', 'X', 'V', 'W'])
  })

  test('takes the stage that no other uses for the final one when all have names', () => {
    expect(parse(document('end', 'one', 'two'), ONE, TWO).names).toEqual(['one', 'two', 'end'])
    expect(parse(ONE).names).toEqual(['one'])
  })

  test('leaves out a stage that the final one does not need, and its models, with a warning', () => {
    const parsed = parse(ONE, TWO, document(null, 'one', 'D'))
    expect(parsed.names).toEqual(['one', null])
    expect(parsed.models).toEqual(['A', 'B', 'D'])
    expect(parsed.problems).toEqual([
      '7 warning: The stage "two" is left out, because the final result does not use it.',
    ])
  })

  test('finds the stage behind a revision', () => {
    const parsed = parse(ONE, document(null, 'one@main', 'D'))
    expect(parsed.names).toEqual(['one', null])
    expect(parsed.models).toEqual(['A', 'B', 'D'])
  })

  test('refuses two final results', () => {
    expect(parse(FINAL, ONE, TWO, FINAL).problems[0]).toContain('error: 2 documents have no name, expected one at most')
    expect(parse(ONE, TWO).problems[0]).toContain('error: "one" and "two" are all used by no other stage')
  })

  test('refuses a name used twice', () => {
    const parsed = parse(ONE, ONE, document(null, 'one', 'D'))
    expect(parsed.names).toBeNull()
    expect(parsed.problems[0]).toContain('7 error: The name "one" is used twice (first in line 1)')
  })

  test.each([
    ['of two', [document('one', 'two', 'A'), document('two', 'one', 'B'), FINAL], 'one uses two uses one'],
    ['of one', [document('one', 'one', 'A'), TWO, FINAL], 'one uses one'],
    ['without a final result', [document('one', 'two', 'A'), document('two', 'one', 'B')], 'one uses two uses one'],
    ['that nothing needs', [document('one', 'one', 'A'), document(null, 'A', 'B')], 'one uses one'],
  ])('refuses a circle %s', (_, documents, circle) => {
    const parsed = parse(...documents)
    expect(parsed.names).toBeNull()
    expect(parsed.problems).toHaveLength(1)
    expect(parsed.problems[0]).toContain(`error: The stages use each other in a circle: ${circle}.`)
  })

  test('asks whether a name that is almost a stage was meant to be it', () => {
    const parsed = parse(document('component1', 'A', 'B'), document(null, 'component1', 'componet1'))
    expect(parsed.problems).toEqual([
      '7 warning: "componet1" is no stage of this recipe and is taken for a model: did you mean the stage "component1"?',
    ])
  })

  test('does not call stages unused because of a document that could not be read', () => {
    const parsed = parse(ONE, TWO, FINAL.replace('slerp', 'slrep'))
    expect(parsed.problems).toHaveLength(1)
    expect(parsed.problems[0]).toContain('merge_method is "slrep"')
  })

  test('counts lines over all documents', () => {
    expect(parse(ONE, TWO, FINAL.replace('0.5', 'x')).problems).toEqual([
      '16 error: t is "x", expected a number or a list of numbers.',
    ])
  })
})
