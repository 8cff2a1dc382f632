import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SETTINGS } from '../../test/support/settings.ts'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { jsonObject } from '../formats/json.ts'
import { parseJson } from '../formats/json-parser.ts'
import { parseRecipe } from '../recipe/parse-recipe.ts'
import { elementCount, type TensorInfo } from '../tensor/tensor.ts'
import { anatomyOf } from './anatomy.ts'
import type { Plan } from './plan.ts'
import { planMerge } from './plan-merge.ts'

const FOLDER = join(import.meta.dirname, '../../test/fixtures/architectures')
const NAMES = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []))

/** A made-up checkpoint of an architecture: the names and shapes of a real one, three layers deep. */
function checkpointOf(architecture: string, name: string): Checkpoint {
  const { config, tensors } = JSON.parse(readFileSync(join(FOLDER, `${architecture}.json`), 'utf8')) as {
    readonly config: object
    readonly tensors: Readonly<Record<string, readonly number[]>>
  }
  let offset = 8
  const infos = Object.entries(tensors).map(([tensor, shape]): [string, TensorInfo] => {
    const byteLength = elementCount(shape) * 2
    const info: TensorInfo = { name: tensor, dtype: 'BF16', shape, byteLength, file: 0, offset }
    offset += byteLength
    return [tensor, info]
  })
  return {
    name,
    format: 'safetensors',
    files: [{ name: 'model.safetensors', blob: new Blob([new Uint8Array(offset)]) }],
    tensors: new Map(infos),
    config: jsonObject(parseJson(JSON.stringify(config), 'config.json')),
    sidecars: new Map(),
    readme: null,
    vocabulary: null,
    problems: [],
  }
}

function plan(text: string, architectures: Readonly<Record<string, string>>): Plan {
  const { recipe, problems } = parseRecipe(text)
  if (recipe === null) throw new Error(problems.map(({ message }) => message).join(' | '))
  const checkpoints = Object.entries(architectures).map(
    ([name, architecture]) => [name, checkpointOf(architecture, name)] as const,
  )
  return planMerge(recipe, new Map(checkpoints), SETTINGS)
}

const errorsOf = ({ problems }: Plan) => problems.filter(({ severity }) => severity === 'error')
const SLERP =
  'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: [0.25, 0.5, 0.75]}\n'

/** t of a tensor; null where it is copied. */
function tOf({ jobs }: Plan, name: string): number | null {
  const rule = jobs.find((job) => job.name === name)?.stages.at(-1)?.rule
  return rule?.method === 'slerp' ? rule.t : null
}

describe.each(NAMES)('%s', (architecture) => {
  const made = plan(SLERP, { a: architecture, b: architecture })
  const checkpoint = checkpointOf(architecture, 'a')
  const anatomy = anatomyOf(checkpoint)

  test('is planned whole: every tensor but the buffers, and each buffer named', () => {
    expect(errorsOf(made)).toEqual([])
    const expected = [...checkpoint.tensors.keys()].filter((name) => !anatomy.skipped.includes(name))
    expect(made.jobs.map(({ name }) => name).toSorted()).toEqual(expected.toSorted())
    const said = made.problems.filter(({ message }) => /which loaders compute anew: they are not written/.test(message))
    expect(said).toHaveLength(anatomy.skipped.length === 0 ? 0 : 2)
  })

  test('has its gradient over the layers, its embedding and head at the first value, its towers as they are', () => {
    for (const job of made.jobs) {
      const isTower = anatomy.towers.has(job.name)
      const expected = isTower ? null : job.layer === null ? 0.25 : [0.25, 0.5, 0.75][job.layer]
      expect(tOf(made, job.name), job.name).toBe(expected)
    }
    expect(made.jobs.filter(({ layer }) => layer !== null).length).toBe(
      anatomy.parts.reduce((sum, parts) => sum + parts.size, 0),
    )
  })
})

describe('parts that see', () => {
  const MODULES = (vision: string, more = '') => `merge_method: slerp
base_model: a
modules:
  text_decoder:
    models: [{model: a}, {model: b}]
  ${vision}:
    models: [{model: a}, {model: c}]
    parameters: {t: [0.2, 0.6]}
${more}parameters: {t: 0.5}
`

  test.each([
    ['gemma3', 'vision_tower'],
    ['llava', 'vision_tower'],
    ['qwen2-vl', 'vision_tower'],
    ['qwen2-vl', 'visual'],
  ])('of %s are merged as the module %s, from models of their own, over their own layers', (architecture, module) => {
    const made = plan(MODULES(module), { a: architecture, b: architecture, c: architecture })
    expect(errorsOf(made)).toEqual([])
    const { towers, layers } = anatomyOf(checkpointOf(architecture, 'a'))
    expect(layers).toBe(3)
    const numbered = [...towers].filter(
      (name) => /\.\d+\./.test(name) && /vision|visual/.test(name) && !/merger/.test(name),
    )
    const depth = 1 + Math.max(...numbered.map((name) => Number(/\.(\d+)\./.exec(name)?.[1])))
    for (const name of numbered) {
      const layer = Number(/\.(\d+)\./.exec(name)?.[1])
      expect(depth).toBeGreaterThan(1)
      expect(tOf(made, name), name).toBeCloseTo(0.2 + (0.4 * layer) / (depth - 1))
      const job = made.jobs.find((each) => each.name === name)
      expect(job?.sources.map(({ checkpoint }) => checkpoint)).toEqual([0, 2])
    }
    const inText = made.jobs.filter(({ layer }) => layer !== null)
    expect(inText.every((job) => job.sources.map(({ checkpoint }) => checkpoint).join() === '0,1')).toBe(true)
  })

  test('that no module names come from the base model, which is said with how to merge them', () => {
    const made = plan(MODULES('vision_tower'), { a: 'llava', b: 'llava', c: 'llava' })
    const projector = made.jobs.filter(({ name }) => name.includes('multi_modal_projector'))
    expect(projector.map(({ kind, sources }) => [kind, sources[0]?.checkpoint])).toEqual(
      projector.map(() => ['copy', 0]),
    )
    expect(made.problems.map(({ message }) => message).join(' | ')).toMatch(
      /write modules with text_decoder and multi_modal_projector/,
    )
  })

  test('are merged from the text model alone of another checkpoint, and copied from the one that has them', () => {
    const made = plan(SLERP, { a: 'llava', b: 'llama' })
    expect(errorsOf(made)).toEqual([])
    expect(tOf(made, 'language_model.model.layers.1.mlp.up_proj.weight')).toBe(0.5)
  })

  test('under a name that the models don’t have are an error by its line', () => {
    const made = plan(MODULES('ears'), { a: 'llava', b: 'llava', c: 'llava' })
    expect(errorsOf(made)).toEqual([
      expect.objectContaining({
        line: 6,
        message: expect.stringMatching(/they have multi_modal_projector, vision_tower: name the module/),
      }),
    ])
  })

  test('cut out of their layers are refused, and spelled out in full they are taken', () => {
    const slices = (to: number) =>
      MODULES('vision_tower').replace(
        'models: [{model: a}, {model: c}]',
        `slices: [{sources: [{model: a, layer_range: [0, ${to}]}, {model: c, layer_range: [0, ${to}]}]}]`,
      )
    const depth = 5
    expect(errorsOf(plan(slices(depth), { a: 'llava', b: 'llava', c: 'llava' }))).toEqual([])
    expect(errorsOf(plan(slices(4), { a: 'llava', b: 'llava', c: 'llava' }))[0]?.message).toMatch(
      /is to have 4 layers, and the models have 5/,
    )
  })
})
