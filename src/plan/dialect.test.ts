import { describe, expect, test } from 'vitest'
import { planInMemory } from '../../test/support/merge-in-memory.ts'
import { llama } from '../../test/support/model-in-memory.ts'
import { DIALECT_WORDS, DIALECTS, interpolationOf, parseRecipe, stageT } from '../recipe/index.ts'
import { slerp } from './coefficients.ts'

const RECIPE = `merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters:
  t:
    - {filter: self_attn, value: [0.1, 0.6, 0.3]}
    - {filter: q_proj, value: 0.9}
    - {value: [0.2, 0.8]}
`

const MULTI = `${RECIPE.replace('merge', 'name: one\nmerge')}---
merge_method: slerp
base_model: one
models: [{model: one}, {model: b}]
parameters: {t: [0.25, 0.5, 0.75]}
`

describe('the plan follows the dialect', () => {
  test.each(DIALECTS)('%s gives every tensor the t that the page shows', async (dialect) => {
    const text = `# slerp-studio: dialect = ${dialect}\n${MULTI}`
    const { plan } = await planInMemory(text, [llama('a', { layers: 5 }), llama('b', { layers: 5 })])
    const { recipe } = parseRecipe(text)
    const names = plan.jobs.map(({ name }) => name)
    expect(names).toHaveLength(43)
    const shown = (recipe?.stages ?? []).map(
      (stage) => new Map(stageT(stage, dialect, names).map((each) => [each.name, each.t])),
    )
    for (const job of plan.jobs) {
      const labels = [
        job.stages.findIndex(({ label }) => label === 'one'),
        job.stages.findIndex(({ label }) => label === ''),
      ]
      for (const [i, at] of labels.entries()) {
        const rule = job.stages[at]?.rule
        const t = shown[i]?.get(job.name)
        if (t === 0) expect(rule?.method ?? 'passthrough').toBe('passthrough')
        else expect(rule).toMatchObject({ method: 'slerp', t })
        if (rule?.method === 'slerp') expect(rule.interpolation ?? 'slerp').toBe(interpolationOf(dialect))
      }
    }
  })

  test.each(DIALECTS)(
    '%s: mergekit_config.yml is one of today that gives the same t, and the card says what was meant',
    async (dialect) => {
      const text = `# slerp-studio: dialect = ${dialect}\n${RECIPE}`
      const { plan } = await planInMemory(text, [llama('a', { layers: 5 }), llama('b', { layers: 5 })])
      const textOf = (file: string) => {
        const found = plan.files.find(({ name }) => name === file)
        return found !== undefined && 'text' in found ? found.text : ''
      }
      const names = plan.jobs.map(({ name }) => name)
      const written = parseRecipe(textOf('mergekit_config.yml')).recipe
      const meant = parseRecipe(text).recipe
      expect(written?.dialect).toBe('mergekit')
      const [theirs, ours] = [written, meant].map((recipe) =>
        recipe?.stages.flatMap((stage) => stageT(stage, recipe.dialect, names)),
      )
      for (const [i, { name, t }] of (ours ?? []).entries())
        expect(theirs?.[i]?.t, name).toBeCloseTo(t ?? Number.NaN, 10)
      expect(textOf('README.md')).toContain(
        dialect === 'mergekit' ? 'take its first value' : DIALECT_WORDS[dialect].rule,
      )
    },
  )

  test('a straight line needs no inner products, so that every tensor is read once', async () => {
    const { plan } = await planInMemory(`# slerp-studio: dialect = blockmerge-gradient\n${RECIPE}`, [
      llama('a', {}),
      llama('b', {}),
    ])
    expect(new Set(plan.jobs.map(({ kind }) => kind))).toEqual(new Set(['blend-only']))
  })
})

describe('the interpolation of a dialect', () => {
  const at = (cos: number) => ({ aa: 1, ab: cos, bb: 1 })

  test('a straight line has coefficients 1 - t and t at any angle', () => {
    for (const cos of [-1, -0.5, 0, 0.7, 1]) {
      expect(slerp(at(cos), 0.3, 'lerp')).toEqual({ branch: 'lerp', cos, coefficients: [0.7, 0.3] })
    }
  })

  test('a clipped cosine changes obtuse angles alone, into right ones', () => {
    for (const cos of [0, 0.3, 0.9, 0.9999]) expect(slerp(at(cos), 0.3, 'slerp-clipped')).toEqual(slerp(at(cos), 0.3))
    for (const cos of [-0.2, -0.9999]) {
      expect(slerp(at(cos), 0.3, 'slerp-clipped').coefficients).toEqual(slerp(at(0), 0.3).coefficients)
    }
  })
})
