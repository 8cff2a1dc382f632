import { beforeAll, describe, expect, it } from 'vitest'
import readme from '../../scripts/demo/README.md?raw'
import { planInMemory } from '../../test/support/merge-in-memory.ts'
import { lzlvTemplate } from '../recipe/index.ts'
import { tasteFiles } from './taste-files.ts'
import { type Taster, Tasting } from './tasting.ts'

interface DemoIndex {
  readonly models: readonly { readonly name: string; readonly files: readonly string[] }[]
  readonly voices: readonly { readonly name: string; readonly texts: readonly string[] }[]
}

const never = new AbortController().signal
const NAMES = { mythospice: 'demo-storyteller', xwin: 'demo-guide', hermes: 'demo-parrot' }

/** public/ is served at the root. */
async function fetchDemo(path: string): Promise<Response> {
  const response = await fetch(`/demo/${path}`)
  if (!response.ok) throw new Error(`demo/${path}: HTTP ${response.status}`)
  return response
}

let index: DemoIndex
let folders: { name: string; files: Map<string, Blob> }[]
beforeAll(async () => {
  index = (await (await fetchDemo('demo.json')).json()) as DemoIndex
  folders = await Promise.all(
    index.models.map(async ({ name, files }) => ({
      name,
      files: new Map(
        await Promise.all(
          files.map(async (file) => [file, await (await fetchDemo(`${name}/${file}`)).blob()] as const),
        ),
      ),
    })),
  )
})

/** The tasting of a recipe; `who` says whose place each of its models has. */
async function tastingOf(recipe: string) {
  const { plan, opened } = await planInMemory(recipe, folders)
  const tasting = await Tasting.create(opened)
  tasting.setMerge({ jobs: plan.jobs, files: await tasteFiles(plan.files, opened) })
  return { tasting, who: new Map(opened.map(({ name }, place) => [name, place])) }
}

const VOICES = [0, 1, 2] as const

/** What was found: two tests ask for the losses of the four demo models, which are the same each time. */
const found = new Map<string, Promise<number[]>>()

/** By voice, the loss on its texts: of a model of the recipe, or of the merged one. */
function lossesOf(recipe: string, name: string | null): Promise<number[]> {
  const key = `${name} ${recipe}`
  const losses = found.get(key) ?? lossesOn(VOICES, recipe, name)
  found.set(key, losses)
  return losses
}

async function lossesOn(voices: readonly number[], recipe: string, name: string | null): Promise<number[]> {
  const { tasting, who } = await tastingOf(recipe)
  const taster: Taster = name === null ? 'merged' : (who.get(name) ?? -1)
  const losses: number[] = []
  for (const voice of voices) {
    const { texts = [] } = index.voices[voice] ?? {}
    losses.push((await tasting.loss(taster, texts, never)).nats)
  }
  tasting.destroy()
  return losses
}

/** A stage of two demo models in the dialect of lzlv's day, which gives norm and lm_head the last value of a gradient. */
function slerpOf(base: string, other: string, t: string): string {
  return `# slerp-studio: dialect = mergekit-2023
merge_method: slerp
base_model: demo-${base}
models: [{model: demo-${base}}, {model: demo-${other}}]
parameters: {t: ${t}}
dtype: float32
out_dtype: bfloat16
`
}

const AVERAGE = `merge_method: linear
models:
  - {model: demo-storyteller, parameters: {weight: 1}}
  - {model: demo-guide, parameters: {weight: 1}}
  - {model: demo-parrot, parameters: {weight: 1}}
dtype: float32
out_dtype: bfloat16
`

const LZLV = lzlvTemplate(NAMES).replace('out_dtype: float16', 'out_dtype: bfloat16')

/** Rows of the README's table, in its order: the recipe, and the model of it that is meant where it is not the merged one. */
const ROWS: readonly (readonly [string, string, string | null])[] = [
  ['demo-base', slerpOf('base', 'guide', '0.5'), 'demo-base'],
  ['demo-storyteller', LZLV, 'demo-storyteller'],
  ['demo-guide', LZLV, 'demo-guide'],
  ['demo-parrot', LZLV, 'demo-parrot'],
  ['C1', slerpOf('storyteller', 'guide', '[0.25, 0.3, 0.5]'), null],
  ['C2', slerpOf('guide', 'parrot', '[0.4, 0.3, 0.25]'), null],
  ['lzlv', LZLV, null],
  ['linear average', AVERAGE, null],
]

describe('the loss table of the demo', () => {
  const table = readme.split('\n').filter((line) => /^\| [^|]+( \| \d+\.\d{4}){3} \|$/u.test(line))

  for (const [name, recipe, model] of ROWS)
    it(`row ${name} is what the shipped weights give, within 1 %`, async () => {
      const row = table.find((line) => line.startsWith(`| ${name}`))
      const written = row?.split('|').slice(2, -1).map(Number) ?? []
      expect(written).toHaveLength(3)
      const found = await lossesOf(recipe, model)
      for (const [voice, loss] of found.entries()) {
        expect(Math.abs(loss / (written[voice] ?? 0) - 1), `${name}, voice ${voice}`).toBeLessThan(0.01)
      }
    })

  it('is of all voices there are', () => {
    expect(index.voices).toHaveLength(VOICES.length)
  })

  it('has every row that the test knows, and no other', () => {
    expect(table).toHaveLength(ROWS.length)
  })
})

it('each fine-tune foresees its own voice clearly better than the others and the base do', async () => {
  const all = [
    await lossesOf(slerpOf('base', 'guide', '0.5'), 'demo-base'),
    await lossesOf(LZLV, 'demo-storyteller'),
    await lossesOf(LZLV, 'demo-guide'),
    await lossesOf(LZLV, 'demo-parrot'),
  ]
  for (const voice of [0, 1, 2]) {
    const own = all[voice + 1]?.[voice] ?? Number.NaN
    const others = all.filter((_, row) => row !== voice + 1).map((losses) => losses[voice] ?? Number.NaN)
    expect(Math.min(...others) - own, `voice ${voice}`).toBeGreaterThan(0.1)
  }
})

it.each([
  ['storyteller', 'guide', 1],
  ['guide', 'parrot', 2],
  ['guide', 'storyteller', 0],
] as const)(
  'moving the gradient from the %s towards the %s lowers that voice’s loss step by step',
  async (from, to, voice) => {
    const losses: number[] = []
    for (const t of [0, 0.25, 0.5, 0.75, 1])
      losses.push(...(await lossesOn([voice], slerpOf(from, to, String(t)), null)))
    expect(losses).toHaveLength(5)
    expect(losses).toEqual([...losses].sort((a, b) => b - a))
    expect((losses[0] ?? 0) - (losses.at(-1) ?? 0)).toBeGreaterThan(0.1)
  },
)
