import { expect, test } from 'vitest'
import { parseRecipe } from '../../recipe/parse-recipe.ts'
import { LZLV_RECIPE } from '../example-recipe.ts'
import { layOutGraph } from './graph-layout.ts'

function layOut(text: string) {
  const { recipe } = parseRecipe(text)
  if (recipe === null) throw new Error('the recipe is readable')
  return layOutGraph(recipe, { width: 800 })
}

test('models stand left, stages right of what they use, the result last', () => {
  const { nodes, edges } = layOut(LZLV_RECIPE)
  const at = (reference: string) => nodes.find((node) => node.reference === reference)?.x ?? Number.NaN
  expect(nodes).toHaveLength(6)
  expect(at('Xwin-LM/Xwin-LM-70B-V0.1')).toBe(0)
  expect(at('component_1')).toBe(at('component_2'))
  expect(at('')).toBeGreaterThan(at('component_1'))
  expect(edges.map(({ from, to, end }) => `${from.reference} -> ${to.reference} ${end}`)).toContain(
    'component_2 ->  other',
  )
  expect(edges).toHaveLength(6)
})

test('no two nodes lie on one another, and none beyond the width', () => {
  const { nodes } = layOut(LZLV_RECIPE)
  for (const [i, a] of nodes.entries()) {
    expect(a.x + a.width).toBeLessThanOrEqual(800.001)
    for (const b of nodes.slice(i + 1))
      expect(a.x === b.x && Math.abs(a.y - b.y) < a.height, `${a.reference} and ${b.reference}`).toBe(false)
  }
})

test('a stage that the result does not use has a place too', () => {
  const unused = `name: spare\nmerge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: d}]\nparameters: {t: 0.5}\n---\n`
  const { nodes } = layOut(unused + LZLV_RECIPE)
  expect(nodes.map(({ reference }) => reference)).toEqual(expect.arrayContaining(['spare', 'a', 'd']))
})
