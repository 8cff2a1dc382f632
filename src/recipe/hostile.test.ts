import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseRecipe } from './parse-recipe.ts'

interface Entry {
  readonly id: string
  readonly path: string
  readonly kind: string
  readonly expect: 'accept' | 'reject'
  readonly why: string
  /** Every one must be mentioned; of a list, one. */
  readonly error_should_mention?: readonly (string | readonly string[])[]
}

const CORPUS = new URL('../../test/fixtures/hostile/', import.meta.url)
const { entries } = JSON.parse(readFileSync(new URL('corpus.json', CORPUS), 'utf8')) as { entries: readonly Entry[] }
const recipes = entries.filter(({ kind }) => kind === 'recipe')

function read({ path }: Entry) {
  return parseRecipe(readFileSync(new URL(path, CORPUS), 'utf8'), path.split('/').at(-1))
}

describe('the hostile recipes', () => {
  test.each(recipes.filter((entry) => entry.expect === 'accept'))('$why is accepted', (entry) => {
    expect(read(entry).problems).toEqual([])
    expect(read(entry).recipe).not.toBeNull()
  })

  test.each(recipes.filter((entry) => entry.expect === 'reject'))('$why is refused, saying so', (entry) => {
    const { recipe, problems } = read(entry)
    expect(recipe).toBeNull()
    const errors = problems.filter(({ severity }) => severity === 'error')
    const said = errors.map(({ where, message }) => `${where}: ${message}`.toLowerCase()).join('\n')
    for (const words of entry.error_should_mention ?? []) {
      const mentioned = [words].flat().some((word) => said.includes(word.toLowerCase()))
      expect(mentioned, `${String(words)} in: ${said}`).toBe(true)
    }
  })

  test('are all there', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(15)
  })
})
