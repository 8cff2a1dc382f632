import { describe, expect, test } from 'vitest'
import { findParameter } from './lookup.ts'
import type { FilteredValue, Parameters } from './recipe.ts'

function level(name: string, ...entries: [string | null, number][]): Parameters {
  const values: FilteredValue[] = entries.map(([filter, value], index) => ({ filter, value, line: index + 1 }))
  return new Map([[name, values]])
}

const Q_PROJ = 'model.layers.1.self_attn.q_proj.weight'

describe('a parameter', () => {
  test('takes the first entry whose filter is part of the name', () => {
    const t = level('t', ['mlp', 0.1], ['q_proj', 0.2], ['self_attn', 0.3], [null, 0.4])
    expect(findParameter([t], 't', Q_PROJ)?.value).toBe(0.2)
    expect(findParameter([t], 't', 'model.layers.1.self_attn.k_proj.weight')?.value).toBe(0.3)
    expect(findParameter([t], 't', 'model.norm.weight')?.value).toBe(0.4)
  })

  test('matches every tensor with a star, no filter or an empty one', () => {
    for (const filter of ['*', null, ''])
      expect(findParameter([level('t', [filter, 0.5])], 't', Q_PROJ)?.value).toBe(0.5)
  })

  test('tells layer 1 from layer 10 by the dot after the number', () => {
    const t = level('t', ['layers.1.', 0.1], ['*', 0.9])
    expect(findParameter([t], 't', 'model.layers.10.mlp.up_proj.weight')?.value).toBe(0.9)
  })

  test('falls through a level whose filters match nothing to the next', () => {
    const levels = [level('t', ['mlp', 0.1]), level('t', [null, 0.7])]
    expect(findParameter(levels, 't', Q_PROJ)?.value).toBe(0.7)
    expect(findParameter(levels, 't', 'model.layers.1.mlp.up_proj.weight')?.value).toBe(0.1)
  })

  test('is null when no level has it', () => {
    expect(findParameter([level('t', ['mlp', 0.1]), level('weight', [null, 1])], 't', Q_PROJ)).toBeNull()
  })
})
