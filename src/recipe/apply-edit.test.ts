import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import type { Edit } from './edit.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Gradient, Recipe } from './recipe.ts'
import { accept, edited, LANES, meaning, STAGES } from './recipe-text.ts'
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

  test.each(readable)('$name: dtype, dialect and name change alone, and change back', ({ text }) => {
    const recipe = accept(text)
    const last = recipe.stages.at(-1)
    if (last === undefined) return
    const changed = (change: Partial<Recipe['stages'][number]>) => ({
      ...recipe,
      stages: [...recipe.stages.slice(0, -1), { ...last, ...change }],
    })
    for (const dtype of ['F32', 'F16', null] as const) {
      for (const key of ['dtype', 'out_dtype'] as const) {
        const next = edited(text, { kind: 'set-dtype', stage: last.name, key, dtype })
        expect(meaning(accept(next))).toEqual(meaning(changed(key === 'dtype' ? { dtype } : { outDtype: dtype })))
      }
    }
    const spoken = edited(text, { kind: 'set-dialect', dialect: 'mlx' })
    expect(meaning(accept(spoken))).toEqual(meaning({ ...recipe, dialect: 'mlx' }))
    expect(edited(spoken, { kind: 'set-dialect', dialect: 'mergekit' })).toBe(text)
    const named = edited(text, { kind: 'rename-stage', stage: last.name, name: 'the end' })
    expect(meaning(accept(named))).toEqual(meaning(changed({ name: 'the end' })))
    expect(edited(named, { kind: 'rename-stage', stage: 'the end', name: null })).toBe(text)
  })

  test.each(readable)('$name: swapped and swapped back it means the same', ({ text }) => {
    const recipe = accept(text)
    const stage = recipe.stages.at(-1)
    if (stage?.method !== 'slerp') return
    const swap = { kind: 'swap-ends', stage: stage.name, keepResult: true } as const
    expect(meaning(accept(edited(edited(text, swap), swap)))).toEqual(meaning(recipe))
  })
})

describe('any edit of lanes', () => {
  type Written = { readonly filter: string | null; readonly value: Gradient }

  /** What an edit of a list of lanes should give; null where it is to be refused. */
  function expected(list: readonly Written[], edit: Edit): readonly Written[] | null {
    const at = (index: number) => list[index] !== undefined
    switch (edit.kind) {
      case 'set-gradient':
        return at(edit.lane) ? list.map((each, i) => (i === edit.lane ? { ...each, value: edit.value } : each)) : null
      case 'add-lane': {
        const first = list.findIndex(({ filter }) => filter === null || filter === '*')
        return list.toSpliced(edit.before ?? (first < 0 ? list.length : first), 0, edit.lane)
      }
      case 'remove-lane':
        return at(edit.lane) && list.length > 1 ? list.toSpliced(edit.lane, 1) : null
      case 'move-lane': {
        const moved = list[edit.lane]
        return moved !== undefined && at(edit.to) ? list.toSpliced(edit.lane, 1).toSpliced(edit.to, 0, moved) : null
      }
      case 'rename-lane':
        return at(edit.lane) ? list.map((each, i) => (i === edit.lane ? { ...each, filter: edit.filter } : each)) : null
      case 'replace-lane':
        return at(edit.lane) ? list.toSpliced(edit.lane, 1, ...edit.lanes) : null
      default:
        return null
    }
  }

  const place = { parameter: 't' } as const
  const value = fc.constantFrom<Gradient>(0.125, [0, 1], [1, 0.5, 0], [0.25])
  const lane = fc.nat(3)
  const written = fc.record({ filter: fc.constantFrom('norm', 'q_proj', "it's", 'a # b'), value })
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set-gradient' as const), lane, value }),
    fc.record({ kind: fc.constant('add-lane' as const), lane: written }),
    fc.record({ kind: fc.constant('add-lane' as const), lane: written, before: fc.constant(0) }),
    fc.record({ kind: fc.constant('remove-lane' as const), lane }),
    fc.record({ kind: fc.constant('move-lane' as const), lane, to: lane }),
    fc.record({ kind: fc.constant('rename-lane' as const), lane, filter: fc.constantFrom(null, 'x', '*') }),
    fc.record({
      kind: fc.constant('replace-lane' as const),
      lane,
      lanes: fc.array(written, { minLength: 1, maxLength: 3 }),
    }),
  )
  const slerps = [LANES, STAGES, ...SHAPES.map(({ text }) => text)].filter((text) =>
    parseRecipe(text).recipe?.stages.some(({ parameters }) => parameters.has('t')),
  )

  test('does what it says, to this parameter alone, and keeps the comments it does not replace', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...slerps),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat(2),
        (start, changes, pick) => {
          let text = start
          for (const each of changes) {
            const recipe = accept(text)
            const stage = recipe.stages[pick % recipe.stages.length]
            const list = stage?.parameters.get('t')?.map(({ filter, value: old }) => ({ filter, value: old }))
            if (stage === undefined || list === undefined) return
            const edit: Edit = { ...each, at: { ...place, stage: stage.name } }
            const after = expected(list, edit)
            const result = applyEdit(text, edit)
            if (after === null) {
              expect('problem' in result).toBe(true)
              continue
            }
            const next =
              'text' in result ? result.text : expect.fail(`${result.problem}\n${JSON.stringify(edit)}\n${text}`)
            const replaced = recipe.stages.map((other) =>
              other === stage
                ? {
                    ...other,
                    parameters: new Map(other.parameters).set(
                      't',
                      after.map((entry) => ({ ...entry, line: 0 })),
                    ),
                  }
                : other,
            )
            expect(meaning(accept(next)), `${JSON.stringify(edit)}\n${text}\n→\n${next}`).toEqual(
              meaning({ ...recipe, stages: replaced }),
            )
            const comments = (each: string) => each.match(/(?<=^|\s)#.*$/gm)?.length ?? 0
            if (edit.kind === 'move-lane' || edit.kind === 'add-lane')
              expect(comments(next)).toBeGreaterThanOrEqual(comments(text))
            text = next
          }
        },
      ),
      { numRuns: 120 },
    )
  })
})
