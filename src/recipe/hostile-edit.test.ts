import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdit, applyEdits } from './apply-edit.ts'
import { convertRecipe } from './convert.ts'
import type { Edit } from './edit.ts'
import { exportForMergekit } from './export.ts'
import { lint } from './lint.ts'
import { parseRecipe } from './parse-recipe.ts'
import { LANES, STAGES } from './recipe-text.ts'
import { SHAPES } from './shapes.ts'

const at = fc.record({ stage: fc.constantFrom(null, 'one', 'zzz'), parameter: fc.constantFrom('t', 'weight') })
const value = fc.constantFrom(0.5, [0, 1], [0.1, 0.2, 0.3])
const lane = fc.integer({ min: -1, max: 3 })
const word = fc.constantFrom('one', 'two', 'org/z', 'mlp', '', ' x', 'a: b', '*', '#', "it's")

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('set-gradient' as const), at, lane, value }),
  fc.record({ kind: fc.constant('add-lane' as const), at, lane: fc.record({ filter: word, value }) }),
  fc.record({ kind: fc.constant('remove-lane' as const), at, lane }),
  fc.record({ kind: fc.constant('move-lane' as const), at, lane, to: lane }),
  fc.record({ kind: fc.constant('rename-lane' as const), at, lane, filter: fc.option(word) }),
  fc.record({ kind: fc.constant('add-stage' as const), name: fc.option(word), base: word, other: word }),
  fc.record({ kind: fc.constant('remove-stage' as const), stage: fc.constantFrom(null, 'one') }),
  fc.record({ kind: fc.constant('rename-stage' as const), stage: fc.constantFrom(null, 'one'), name: fc.option(word) }),
  fc.record({
    kind: fc.constant('set-model' as const),
    stage: fc.constant(null),
    end: fc.constantFrom('base' as const, 'other' as const),
    model: word,
  }),
  fc.record({ kind: fc.constant('swap-ends' as const), stage: fc.constantFrom(null, 'one'), keepResult: fc.boolean() }),
  fc.record({
    kind: fc.constant('set-dtype' as const),
    stage: fc.constantFrom(null, 'one'),
    key: fc.constant('dtype' as const),
    dtype: fc.constantFrom(null, 'F16' as const),
  }),
  fc.record({ kind: fc.constant('set-dialect' as const), dialect: fc.constant('mlx' as const) }),
  fc.record({
    kind: fc.constant('remove-key' as const),
    line: fc.nat(12),
    key: fc.constantFrom('t', 'model', 'name', 'dtype'),
  }),
)

const texts = [LANES, STAGES, ...SHAPES.map(({ text }) => text)]
const broken = fc
  .tuple(fc.constantFrom(...texts), fc.nat(400), fc.nat(30), fc.nat(400))
  .map(
    ([text, position, length, from]) =>
      text.slice(0, position) + text.slice(from, from + length) + text.slice(position + length),
  )

describe('no text and no edit', () => {
  test('makes an edit throw, and a readable recipe stays readable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...texts), broken), edit, (text, change) => {
        const result = applyEdit(text, change)
        if ('problem' in result) expect(result.problem.length).toBeGreaterThan(10)
        else if (parseRecipe(text).recipe !== null)
          expect(parseRecipe(result.text).recipe, JSON.stringify(change)).not.toBeNull()
      }),
      { numRuns: 150 },
    )
  })

  test('makes conversion, export or the linter throw, and every mend can be tried', () => {
    const names = [
      'model.embed_tokens.weight',
      'model.layers.0.mlp.up_proj.weight',
      'model.norm.weight',
      'lm_head.weight',
    ]
    fc.assert(
      fc.property(broken, (text) => {
        const converted = convertRecipe(text)
        const imported = converted !== null && 'text' in converted ? converted.text : text
        exportForMergekit(imported, names)
        for (const { mend } of lint(parseRecipe(imported), names))
          if (mend !== undefined) applyEdits(imported, mend.edits)
      }),
      { numRuns: 150 },
    )
  })

  test('of the hostile corpus is taken for another tool’s or makes an edit throw', () => {
    const folder = new URL('../../test/fixtures/hostile/recipe/', import.meta.url)
    for (const file of readdirSync(folder)) {
      const text = readFileSync(new URL(file, folder), 'utf8')
      const converted = convertRecipe(text)
      expect(converted === null || 'problem' in converted || parseRecipe(converted.text).problems).toBeTruthy()
      applyEdit(text, { kind: 'set-gradient', at: { stage: null, parameter: 't' }, lane: 0, value: 0.5 })
    }
  })
})
