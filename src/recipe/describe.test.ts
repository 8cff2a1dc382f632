import { describe, expect, test } from 'vitest'
import { describeStage, modelLabel } from './describe.ts'
import { parseRecipe } from './parse-recipe.ts'

function words(text: string): string[] {
  return (parseRecipe(text).recipe?.stages ?? []).map(describeStage)
}

describe('the label of a model', () => {
  test.each([
    ['Sao10K/Mythospice-70b', 'Mythospice-70b'],
    ['Xwin', 'Xwin'],
    ['C:\\models\\Xwin-LM', 'Xwin-LM'],
    ['/home/me/models/hermes/', 'hermes'],
    ['org/model@refs/pr/3', 'model'],
    ['org/model@main', 'model'],
  ])('of %s is %s', (reference, label) => {
    expect(modelLabel(reference)).toBe(label)
  })
})

describe('a stage in words', () => {
  test('names the base model first, whatever the order of the list', () => {
    const text = `
merge_method: slerp
base_model: org/Mythospice
models:
  - model: org/Xwin@main
  - model: org/Mythospice
parameters:
  t: [0.25, 0.3, 0.5]
`
    expect(words(text)).toEqual([
      'SLERP of Mythospice (t = 0) and Xwin (t = 1) with gradient [0.25, 0.3, 0.5] over depth',
    ])
  })

  test('gives every filter up to the one that matches all', () => {
    const text = `
merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters:
  t:
    - filter: self_attn
      value: [0, 1]
    - value: 0.5
    - filter: mlp
      value: 1
`
    expect(words(text)).toEqual([
      'SLERP of a (t = 0) and b (t = 1) with t = gradient [0, 1] over depth for self_attn and 0.5 for the rest',
    ])
  })

  test('gives the weights of a linear merge', () => {
    const text = `
merge_method: linear
models:
  - {model: a, parameters: {weight: 0.6}}
  - {model: b, parameters: {weight: 0.7}}
parameters: {normalize: false}
`
    expect(words(text)).toEqual(['Weighted sum of a (weight = 0.6) and b (weight = 0.7)'])
  })

  test('gives the layers of a stack', () => {
    const text = `
merge_method: passthrough
slices:
  - sources: [{model: a, layer_range: [0, 3]}]
  - sources: [{model: b, layer_range: [3, 4]}]
`
    expect(words(text)).toEqual(['Layers stacked from layers 0 to 2 of a, then layer 3 of b'])
  })
})
