import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Edit } from './edit.ts'
import { AT, accept, edited, LANES, lanes, problem, STAGES, stageOf } from './recipe-text.ts'
import { tensorEdit } from './tensor-edit.ts'

describe('the value of a lane', () => {
  test('changes where it stands, and nothing else does', () => {
    expect(edited(LANES, { kind: 'set-gradient', at: AT, lane: 0, value: [0, 0.25, 1] })).toBe(
      LANES.replace('0.5, 1]', '0.25, 1]'),
    )
    expect(edited(LANES, { kind: 'set-gradient', at: AT, lane: 0, value: [0.1, 0.9] })).toBe(
      LANES.replace('[0, 0.5, 1]', '[0.1, 0.9]'),
    )
    expect(edited(LANES, { kind: 'set-gradient', at: AT, lane: 1, value: [1, 0.75, 0] })).toBe(
      LANES.replace('0.5 # half', '0.75 # half'),
    )
    expect(edited(LANES, { kind: 'set-gradient', at: AT, lane: 2, value: [0.5, 0.6] })).toBe(
      LANES.replace('0.5 # all', '[0.5, 0.6] # all'),
    )
  })

  test('keeps a block list a block list when points come or go', () => {
    const text = edited(LANES, { kind: 'set-gradient', at: AT, lane: 1, value: [1, 0] })
    expect(text).toContain('      value:\n        - 1\n        - 0\n    - value: 0.5 # all else\n')
    const number = edited(LANES, { kind: 'set-gradient', at: AT, lane: 1, value: 0.25 })
    expect(number).toContain('    - filter: mlp\n      value: 0.25\n    - value')
  })

  test('is made where the stage has none', () => {
    const none = 'merge_method: passthrough\nmodels:\n  - model: a\n'
    const scale = { stage: null, parameter: 'scale' }
    const text = edited(none, { kind: 'set-gradient', at: scale, lane: 0, value: [0.5, 1] })
    expect(text).toBe(`${none}parameters:\n  scale: [0.5, 1]\n`)
    const own = edited(none, { kind: 'set-gradient', at: { ...scale, source: 0 }, lane: 0, value: 2 })
    expect(own).toBe(`${none}    parameters:\n      scale: 2\n`)
    expect(edited(`${none}parameters: # none\n`, { kind: 'set-gradient', at: scale, lane: 0, value: 2 })).toBe(
      `${none}parameters:\n  scale: 2 # none\n`,
    )
    expect(edited(none.trimEnd(), { kind: 'set-gradient', at: scale, lane: 0, value: 2 })).toBe(
      `${none}parameters:\n  scale: 2`,
    )
  })

  test('of a stage by name, of a slice and of a model', () => {
    expect(edited(STAGES, { kind: 'set-gradient', at: { stage: 'two', parameter: 't' }, lane: 0, value: [0, 1] })).toBe(
      STAGES.replace('[0.4, 0.3, 0.25]', '[0, 1]'),
    )
    const slices = `merge_method: slerp
base_model: a
slices:
  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
    parameters: {t: 0.1}
  - sources: [{model: a, layer_range: [2, 4]}, {model: b, layer_range: [2, 4]}]
parameters: {t: 0.5}
`
    const text = edited(slices, { kind: 'set-gradient', at: { ...AT, slice: 0 }, lane: 0, value: [0, 1] })
    expect(text).toBe(slices.replace('{t: 0.1}', '{t: [0, 1]}'))
    const added = edited(slices, { kind: 'set-gradient', at: { ...AT, slice: 1 }, lane: 0, value: 0.2 })
    expect(accept(added).stages[0]?.slices[1]?.parameters.get('t')?.[0]?.value).toBe(0.2)
  })

  test('of any gradient is read back as it was set, with the rest as it was', () => {
    const point = fc.double({ min: -1, max: 2, noNaN: true }).map((value) => value + 0)
    const value = fc.oneof(point, fc.array(point, { minLength: 1, maxLength: 12 }))
    fc.assert(
      fc.property(value, fc.nat(2), (gradient, lane) => {
        const text = edited(LANES, { kind: 'set-gradient', at: AT, lane, value: gradient })
        const before = lanes(LANES)
        expect(lanes(text)).toEqual(before?.map((each, i) => (i === lane ? { ...each, value: gradient } : each)))
        expect(text.split('\n').filter((line) => /^ *#|the method|the other|# attention/.test(line))).toEqual(
          LANES.split('\n').filter((line) => /^ *#|the method|the other|# attention/.test(line)),
        )
      }),
      { numRuns: 60 },
    )
  })
})

describe('a tensor outside the layers', () => {
  test('gets a lane of its own before all others, which further values change', () => {
    const once = edited(LANES, tensorEdit(stageOf(LANES), 't', 'lm_head.weight', 1))
    expect(once).toBe(
      LANES.replace('    - filter: self_attn', '    - filter: lm_head.weight\n      value: 1\n    - filter: self_attn'),
    )
    expect(edited(once, tensorEdit(stageOf(once), 't', 'lm_head.weight', 0.25))).toBe(
      once.replace('value: 1\n', 'value: 0.25\n'),
    )
  })
})

describe('lanes', () => {
  test('come before the one that matches everything', () => {
    const text = edited(LANES, { kind: 'add-lane', at: AT, lane: { filter: 'norm', value: [0, 1] } })
    expect(text).toBe(
      LANES.replace('    - value: 0.5 #', '    - filter: norm\n      value: [0, 1]\n    - value: 0.5 #'),
    )
    const first = edited(LANES, { kind: 'add-lane', at: AT, lane: { filter: '*', value: 1 }, before: 0 })
    expect(lanes(first)?.[0]).toEqual({ filter: '*', value: 1 })
  })

  test.each([
    ['a number', 't: 0.5 # half', 't:\n    - filter: mlp\n      value: 1\n    - value: 0.5 # half'],
    ['a list', 't: [0, 1]', 't:\n    - filter: mlp\n      value: 1\n    - value: [0, 1]'],
    ['a block list', 't:\n  - 0\n  - 1', 't:\n    - filter: mlp\n      value: 1\n    - value: [0, 1]'],
  ])('split %s', (_, from, to) => {
    const whole = (t: string) =>
      `merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters:\n  ${t}\ndtype: float16\n`
    expect(edited(whole(from), { kind: 'add-lane', at: AT, lane: { filter: 'mlp', value: 1 } })).toBe(whole(to))
  })

  test('go, move and change their filter, with everything else as it was', () => {
    expect(edited(LANES, { kind: 'remove-lane', at: AT, lane: 2 })).toBe(
      LANES.replace('    - value: 0.5 # all else\n', ''),
    )
    expect(edited(LANES, { kind: 'rename-lane', at: AT, lane: 1, filter: 'down_proj' })).toBe(
      LANES.replace('filter: mlp', 'filter: down_proj'),
    )
    expect(edited(LANES, { kind: 'rename-lane', at: AT, lane: 2, filter: 'model.norm' })).toBe(
      LANES.replace('- value: 0.5', '- filter: model.norm\n      value: 0.5'),
    )
    expect(lanes(edited(LANES, { kind: 'rename-lane', at: AT, lane: 0, filter: null }))?.[0]?.filter).toBeNull()
    const moved = edited(LANES, { kind: 'move-lane', at: AT, lane: 0, to: 1 })
    expect(lanes(moved)?.map(({ filter }) => filter)).toEqual(['mlp', 'self_attn', null])
    expect(moved.split('\n').toSorted()).toEqual(LANES.split('\n').toSorted())
    expect(edited(moved, { kind: 'move-lane', at: AT, lane: 1, to: 0 }).split('\n').toSorted()).toEqual(
      LANES.split('\n').toSorted(),
    )
  })

  test('in braces stay in braces', () => {
    const flow =
      'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: [{filter: mlp, value: 1}, {value: 0}]} # x\n'
    const change = (edit: Edit) => edited(flow, edit).split('\n')[3]
    expect(change({ kind: 'add-lane', at: AT, lane: { filter: 'attn', value: [0, 1] } })).toBe(
      'parameters: {t: [{filter: mlp, value: 1}, {filter: attn, value: [0, 1]}, {value: 0}]} # x',
    )
    expect(change({ kind: 'remove-lane', at: AT, lane: 0 })).toBe('parameters: {t: [{value: 0}]} # x')
    expect(change({ kind: 'remove-lane', at: AT, lane: 1 })).toBe('parameters: {t: [{filter: mlp, value: 1}]} # x')
    expect(change({ kind: 'move-lane', at: AT, lane: 1, to: 0 })).toBe(
      'parameters: {t: [{value: 0}, {filter: mlp, value: 1}]} # x',
    )
    expect(change({ kind: 'rename-lane', at: AT, lane: 1, filter: 'a, b' })).toBe(
      "parameters: {t: [{filter: mlp, value: 1}, {filter: 'a, b', value: 0}]} # x",
    )
    expect(change({ kind: 'set-lanes', at: AT, lanes: [{ filter: null, value: [0, 1] }] })).toBe(
      'parameters: {t: [0, 1]} # x',
    )
  })

  test('any list of them is read back as it was set', () => {
    const filter = fc.oneof(
      fc.constant(null),
      fc.string({ maxLength: 12 }).filter((text) => !/\p{Cs}/u.test(text)),
      fc.constantFrom('mlp', 'null', '*', ' a ', "it's", '1.5', 'a: b', '- x', '#', 'yes'),
    )
    const value = fc.oneof(
      fc.constantFrom(0, 1, 0.5, 1e-9),
      fc.array(fc.constantFrom(0, 0.25, 1), { minLength: 1, maxLength: 4 }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.record({ filter, value }), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (list, inFlow) => {
          const before = inFlow
            ? JSON.stringify({ merge_method: 'slerp', base_model: 'a', models: [{ model: 'b' }], parameters: { t: 1 } })
            : LANES
          expect(lanes(edited(before, { kind: 'set-lanes', at: AT, lanes: list }))).toEqual(list)
        },
      ),
      { numRuns: 80 },
    )
  })

  test('that are not there, or are the last, are refused in a sentence', () => {
    expect(problem(LANES, { kind: 'remove-lane', at: AT, lane: 7 })).toBe('The parameter has no entry 8.')
    expect(problem(STAGES, { kind: 'remove-lane', at: AT, lane: 0 })).toBe(
      't needs one entry at least: this is its last.',
    )
    expect(problem(STAGES, { kind: 'set-gradient', at: { ...AT, stage: 'three' }, lane: 0, value: 1 })).toBe(
      'There is no stage "three".',
    )
  })

  test('shared by an anchor are not changed everywhere in silence', () => {
    const shared = `merge_method: slerp
base_model: a
slices:
  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
    parameters: &p {t: 0.1}
  - sources: [{model: a, layer_range: [2, 4]}, {model: b, layer_range: [2, 4]}]
    parameters: *p
`
    for (const slice of [0, 1]) {
      expect(problem(shared, { kind: 'set-gradient', at: { ...AT, slice }, lane: 0, value: 1 })).toContain(
        'shared under the name &p',
      )
    }
  })
})
