import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isMethod } from './methods.ts'
import { parseRecipe } from './parse-recipe.ts'

const CASES = new URL('../../test/fixtures/conformance/cases/', import.meta.url)

const recipes = readdirSync(CASES)
  .filter((name) => existsSync(new URL(`${name}/recipe.yml`, CASES)))
  .map((name) => {
    const text = readFileSync(new URL(`${name}/recipe.yml`, CASES), 'utf8')
    return { name, text, methods: [...text.matchAll(/^merge_method: (\w+)$/gm)].map((match) => match[1] ?? '') }
  })

describe('the recipes of the conformance cases', () => {
  test('are all there', () => {
    expect(recipes).toHaveLength(30)
  })

  test.each(recipes.filter(({ methods }) => methods.every(isMethod)))(
    '$name is read without an error',
    ({ text, methods }) => {
      const { recipe, problems } = parseRecipe(text)
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(recipe?.stages.map(({ method }) => method)).toEqual(methods)
      expect(recipe?.models).toEqual([...new Set([...text.matchAll(/model: (models\/\S+)/g)].map((match) => match[1]))])
    },
  )

  test.each(recipes.filter(({ methods }) => !methods.every(isMethod)))(
    '$name is refused with the name of its method',
    ({ text, methods }) => {
      const { recipe, problems } = parseRecipe(text)
      expect(recipe).toBeNull()
      expect(problems.map(({ message }) => message)).toEqual([
        `merge_method is ${methods[0]}, which is not supported yet, expected slerp, linear or passthrough.`,
      ])
    },
  )
})
