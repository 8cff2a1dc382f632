import { describe, expect, test } from 'vitest'
import { accept, edited, LANES, lanes, problem, STAGES } from './recipe-text.ts'

describe('stages', () => {
  test('get another name, and references follow', () => {
    const text = edited(STAGES, { kind: 'rename-stage', stage: 'one', name: 'component 1' })
    expect(text).toBe(STAGES.replace('name: one', 'name: component 1').replaceAll('one@main', "'component 1@main'"))
    expect(problem(STAGES, { kind: 'rename-stage', stage: 'one', name: 'two' })).toContain('taken')
    expect(problem(STAGES, { kind: 'rename-stage', stage: 'one', name: 'org/c' })).toContain('that of a model')
    expect(problem(STAGES, { kind: 'rename-stage', stage: 'one', name: null })).toContain('the final result uses it')
    expect(edited(STAGES, { kind: 'rename-stage', stage: null, name: 'end' })).toBe(
      STAGES.replace('---\nmerge', '---\nname: end\nmerge'),
    )
  })

  test('come before the final result and can be connected', () => {
    const added = edited(STAGES, { kind: 'add-stage', name: 'three', base: 'two', other: 'org/d', t: [0, 1] })
    expect(added.startsWith(STAGES.slice(0, STAGES.lastIndexOf('---')))).toBe(true)
    const connected = edited(added, { kind: 'set-model', stage: null, end: 'other', model: 'three' })
    expect(accept(connected).stages.map(({ name }) => name)).toEqual(['one', 'two', 'three', null])
    expect(accept(connected).models).toEqual(['org/a', 'org/b', 'org/c', 'org/d'])
    expect(problem(STAGES, { kind: 'add-stage', name: 'one', base: 'a', other: 'b' })).toContain('taken')
  })

  test('start an empty recipe', () => {
    const text = edited('# new\n', { kind: 'add-stage', name: null, base: 'org/a', other: 'C:\\b', t: 0.25 })
    expect(text.startsWith('# new\n')).toBe(true)
    expect(accept(text).models).toEqual(['org/a', 'C:\\b'])
    expect(lanes(text)).toEqual([{ filter: null, value: 0.25 }])
  })

  test('go, and their base model stands in', () => {
    const text = edited(STAGES, { kind: 'remove-stage', stage: 'two' })
    expect(text).not.toContain('second')
    expect(accept(text).models).toEqual(['org/a', 'org/b'])
    const first = edited(STAGES, { kind: 'remove-stage', stage: 'one' })
    expect(accept(first).dialect).toBe('mergekit-2023')
    expect(accept(first).stages.map(({ name }) => name)).toEqual(['two', null])
    expect(accept(edited(STAGES, { kind: 'remove-stage', stage: 'two', replacement: 'org/z' })).models).toContain(
      'org/z',
    )
    expect(problem(LANES, { kind: 'remove-stage', stage: null })).toContain('only stage')
  })

  test('take another model at either end', () => {
    expect(edited(STAGES, { kind: 'set-model', stage: 'two', end: 'base', model: 'org/z' })).toBe(
      STAGES.replace('base_model: org/b', 'base_model: org/z').replace('  - model: org/b', '  - model: org/z'),
    )
    expect(edited(STAGES, { kind: 'set-model', stage: 'two', end: 'other', model: 'one' })).toBe(
      STAGES.replace('model: org/c', 'model: one'),
    )
    expect(problem(STAGES, { kind: 'set-model', stage: 'two', end: 'other', model: 'org/b' })).toContain(
      'swap the ends',
    )
    expect(problem(STAGES, { kind: 'set-model', stage: 'one', end: 'other', model: 'two@x' })).toBeNull()
    expect(problem(STAGES, { kind: 'set-model', stage: 'one', end: 'other', model: 'one' })).toContain('circle')
  })

  test('swap their ends, with the same result or another', () => {
    const roles = edited(STAGES, { kind: 'swap-ends', stage: 'two', keepResult: false })
    expect(roles).toBe(STAGES.replace('base_model: org/b', 'base_model: org/c'))
    const kept = edited(STAGES, { kind: 'swap-ends', stage: 'two', keepResult: true })
    expect(kept).toBe(roles.replace('[0.4, 0.3, 0.25]', '[0.6, 0.7, 0.75]'))
    expect(edited(kept, { kind: 'swap-ends', stage: 'two', keepResult: true })).toBe(STAGES)
    const unlisted = 'merge_method: slerp\nbase_model: a\nmodels: [{model: b}]\nparameters: {t: 0.1}\n'
    const swapped = edited(unlisted, { kind: 'swap-ends', stage: null, keepResult: true })
    expect(swapped).toBe('merge_method: slerp\nbase_model: b\nmodels: [{model: a}]\nparameters: {t: 0.9}\n')
  })

  test('take a dtype, in its place or behind all, and lose it', () => {
    expect(edited(STAGES, { kind: 'set-dtype', stage: 'one', key: 'dtype', dtype: 'BF16' })).toBe(
      STAGES.replace('dtype: float16', 'dtype: bfloat16'),
    )
    expect(edited(STAGES, { kind: 'set-dtype', stage: 'one', key: 'dtype', dtype: null })).toBe(
      STAGES.replace('dtype: float16\n', ''),
    )
    expect(edited(STAGES, { kind: 'set-dtype', stage: null, key: 'out_dtype', dtype: 'F16' })).toBe(
      `${STAGES}out_dtype: float16\n`,
    )
  })
})
