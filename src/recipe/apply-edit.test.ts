import { describe, expect, test } from 'vitest'
import { parseRecipe } from './parse-recipe.ts'
import { accept, edited, meaning } from './recipe-text.ts'
import { SHAPES } from './shapes.ts'

describe('every shape of recipe', () => {
  const readable = SHAPES.filter(({ text }) => parseRecipe(text).recipe !== null)

  test.each(readable)('$name: a new value is read back and the rest means the same', ({ text }) => {
    const recipe = accept(text)
    const stage = recipe.stages.at(-1)
    if (stage?.method !== 'slerp' || stage.slices.some(({ parameters }) => parameters.size > 0)) return
    const entries = stage.parameters.get('t') ?? []
    for (const lane of entries.keys()) {
      for (const value of [0.125, [0.125, 0.875], [1, 0.5, 0.25, 0]]) {
        const at = { stage: stage.name, parameter: 't' }
        const changed = edited(text, { kind: 'set-gradient', at, lane, value })
        const after = accept(changed)
        expect(after.stages.at(-1)?.parameters.get('t')?.[lane]?.value).toEqual(value)
        const back = edited(changed, { kind: 'set-gradient', at, lane, value: entries[lane]?.value ?? 0 })
        expect(meaning(accept(back))).toEqual(meaning(recipe))
      }
    }
    const lane = { filter: 'zzz', value: 0.5 }
    const at = { stage: stage.name, parameter: 't' }
    const added = edited(text, { kind: 'add-lane', at, lane, before: 0 })
    expect(meaning(accept(edited(added, { kind: 'remove-lane', at, lane: 0 })))).toEqual(meaning(recipe))
  })

  test.each(readable)('$name: swapped and swapped back it means the same', ({ text }) => {
    const recipe = accept(text)
    const stage = recipe.stages.at(-1)
    if (stage?.method !== 'slerp') return
    const swap = { kind: 'swap-ends', stage: stage.name, keepResult: true } as const
    expect(meaning(accept(edited(edited(text, swap), swap)))).toEqual(meaning(recipe))
  })
})
