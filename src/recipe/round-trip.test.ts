import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import { convertRecipe } from './convert.ts'
import { DIALECTS, type Dialect } from './dialect.ts'
import { exportForMergekit } from './export.ts'
import { parseRecipe } from './parse-recipe.ts'
import type { Lane } from './presets.ts'
import type { Recipe } from './recipe.ts'
import { accept, lanes } from './recipe-text.ts'
import { SHAPES } from './shapes.ts'
import { stageT } from './stage-t.ts'

const PARTS = ['self_attn.q_proj', 'self_attn.o_proj', 'mlp.up_proj', 'mlp.down_proj', 'input_layernorm']

function namesOf(layers: number): string[] {
  const inner = Array.from({ length: layers }, (_, i) => PARTS.map((part) => `model.layers.${i}.${part}.weight`)).flat()
  return ['model.embed_tokens.weight', ...inner, 'model.norm.weight', 'lm_head.weight']
}

/** What an import takes, however the text is written. */
function imported(text: string): string {
  const converted = convertRecipe(text)
  if (converted !== null && 'problem' in converted) throw new Error(converted.problem)
  return converted?.text ?? text
}

function exported(text: string, names: readonly string[]): string {
  const result = exportForMergekit(text, names)
  if ('problem' in result) throw new Error(result.problem)
  return result.text
}

/** t of every tensor of every SLERP stage, under the recipe's dialect. */
function everyT({ stages, dialect }: Recipe, names: readonly string[]): readonly (number | null)[] {
  return stages
    .filter(({ method }) => method === 'slerp')
    .flatMap((stage) => stageT(stage, dialect, names).map(({ t }) => t))
}

/** Values of all other parameters, which no dialect moves but those of 2023. */
function others({ stages }: Recipe): unknown {
  return stages.map(({ method, slices, parameters }) => [
    method,
    slices.map(({ sources }) => sources.map(({ model, layerRange }) => [model, layerRange])),
    [...parameters.keys()].filter((key) => key !== 't'),
  ])
}

function expectSame(before: string, after: string, names: readonly string[]): void {
  const [old, now] = [accept(before), accept(after)]
  const [expected, found] = [everyT(old, names), everyT(now, names)]
  expect(found).toHaveLength(expected.length)
  for (const [i, t] of expected.entries()) {
    if (t === null) expect(found[i]).toBeNull()
    else expect(found[i]).toBeCloseTo(t, 10)
  }
  expect(others(now)).toEqual(others(old))
}

function inDialect(text: string, dialect: Dialect): string {
  const edited = applyEdit(text, { kind: 'set-dialect', dialect })
  if ('problem' in edited) throw new Error(edited.problem)
  return edited.text
}

describe('imported, exported and imported again, a recipe has the same t for every tensor', () => {
  const shapes = SHAPES.filter(({ name }) => name !== 'a model with a LoRA')
  test.each(shapes)('$name', ({ text }) => {
    const first = imported(text)
    // Slices say how many layers there are.
    const isWhole = accept(first).stages.every(({ wholeModels }) => wholeModels)
    for (const names of isWhole ? [namesOf(4), namesOf(13)] : [namesOf(4)]) {
      expectSame(first, imported(exported(first, names)), names)
      for (const dialect of DIALECTS) {
        const read = inDialect(first, dialect)
        const again = imported(exported(read, names))
        expect(accept(again).dialect).toBe('mergekit')
        expectSame(read, again, names)
        expect(exported(again, names), 'exported once more it stays as it is').toBe(again)
      }
    }
  })

  test.each(shapes)('out of a model card: $name', ({ text }) => {
    const plain = imported(text)
    const card = `---\ntags:\n- merge\n---\n# A merge\n\n\`\`\`yaml\n${text.replace(/^\ufeff/, '')}${/\n$/.test(text) ? '' : '\n'}\`\`\`\n`
    expectSame(plain, imported(card), namesOf(4))
  })
})

const number = fc.oneof(
  fc.integer({ min: -20, max: 30 }).map((tenths) => tenths / 10),
  fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
)
const gradient = fc.oneof(number, fc.array(number, { minLength: 1, maxLength: 9 }))
const filter = fc.constantFrom('self_attn', 'mlp', 'norm', 'q_proj', 'layers.1.', 'lm_head', 'embed')
const someLanes: fc.Arbitrary<readonly Lane[]> = fc
  .tuple(
    fc.uniqueArray(fc.record({ filter, value: gradient }), { maxLength: 4, selector: (lane) => lane.filter }),
    gradient,
  )
  .map(([filtered, value]) => [...filtered, { filter: null, value }])

/** Ways in which people and tools write the same. */
const STYLES = ['flow', 'lines', 'json', 'crlf', 'quoted', 'deep'] as const
type Style = (typeof STYLES)[number]

function listIn(style: Style, value: Lane['value'], indent: string): string {
  if (typeof value === 'number') return ` ${value}`
  return style === 'lines' ? value.map((point) => `\n${indent}- ${point}`).join('') : ` [${value.join(', ')}]`
}

function written(style: Style, all: readonly Lane[]): string {
  if (style === 'json') {
    const t = all.map(({ filter: of, value }) => (of === null ? { value } : { filter: of, value }))
    const models = [{ model: 'a' }, { model: 'b' }]
    return JSON.stringify({ merge_method: 'slerp', base_model: 'a', models, parameters: { t } })
  }
  const name = (text: string): string => (style === 'quoted' ? `'${text}'` : text)
  const indent = style === 'deep' ? '          ' : '    '
  const items = all.map(({ filter: of, value }) => {
    const key = of === null ? '' : `filter: ${name(of)} # c\n${indent}  `
    return `\n${indent}- ${key}value:${listIn(style, value, `${indent}    `)}`
  })
  const text = `merge_method: slerp\nbase_model: ${name('a')}\nmodels:\n- model: ${name('a')}\n- model: ${name('b')}\nparameters:\n  t:${items.join('')}\ndtype: float16\n`
  return style === 'crlf' ? text.replaceAll('\n', '\r\n') : text
}

describe('any gradients and filters', () => {
  test('written in any way are read as the same numbers', () => {
    fc.assert(
      fc.property(someLanes, fc.constantFrom(...STYLES), (all, style) => {
        expect(lanes(written(style, all))).toEqual(all)
      }),
      { numRuns: 150 },
    )
  })

  test('in any dialect and any way of writing have the same t after export and import', () => {
    fc.assert(
      fc.property(
        someLanes,
        fc.constantFrom(...STYLES),
        fc.constantFrom(...DIALECTS),
        fc.integer({ min: 1, max: 9 }),
        (all, style, dialect, layers) => {
          // JSON has no comments, and a dialect is one.
          const text = inDialect(written(style === 'json' ? 'flow' : style, all), dialect)
          const names = namesOf(layers)
          expectSame(text, imported(exported(text, names)), names)
        },
      ),
      { numRuns: 80 },
    )
  })

  test('set by an edit are read back, in a text that stays readable', () => {
    fc.assert(
      fc.property(someLanes, someLanes, fc.constantFrom(...STYLES), (before, after, style) => {
        const edited = applyEdit(written(style, before), {
          kind: 'set-lanes',
          at: { stage: null, parameter: 't' },
          lanes: after,
        })
        if ('problem' in edited) throw new Error(edited.problem)
        expect(lanes(edited.text)).toEqual(after)
        expect(parseRecipe(edited.text).recipe?.models).toEqual(['a', 'b'])
      }),
      { numRuns: 100 },
    )
  })
})
