import { describe, expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import { DIALECTS, type Dialect, interpolationOf, type Place, tensorT } from './dialect.ts'
import { parseRecipe } from './parse-recipe.ts'
import { found, slerp } from './recipe-text.ts'

const C1 = [0.25, 0.3, 0.5]
const C2 = [0.4, 0.3, 0.25]
const LAYERS = [0, 1, 20, 39, 40, 60, 79]

/** Places of a Llama of 80 layers in the order embed, L0, L1, L20, L39, L40, L60, L79, norm, lm_head. */
const PLACES: readonly Place[] = [
  { kind: 'embedding' },
  ...LAYERS.map((layer): Place => ({ kind: 'layer', layer, layers: 80 })),
  { kind: 'norm' },
  { kind: 'head' },
]

/** q_proj is the first of the nine tensors of a layer; embed_tokens comes before all, norm and lm_head are the last of 723. */
const INDICES = [0, ...LAYERS.map((layer) => 1 + 9 * layer), 721, 722]

describe('t over the 80 layers of the lzlv recipe', () => {
  // Golden values of the five tools; null where none is known.
  test.each<[Dialect, readonly number[], readonly (number | null)[]]>([
    ['mergekit-2023', C1, [0.25, 0.25, 0.2513, 0.2753, 0.2994, 0.3025, 0.4038, 0.5, 0.5, 0.5]],
    ['mergekit', C1, [0.25, 0.25, 0.2513, 0.2753, 0.2994, 0.3025, 0.4038, 0.5, 0.25, 0.25]],
    ['mergekit-layer-gradient', C1, [null, 0.2512, 0.2525, 0.2762, 0.3, 0.3, 0.4, 0.495, 0.5, 0]],
    ['blockmerge-gradient', C1, [null, 0.2501, null, 0.2751, 0.2989, 0.3, 0.4, 0.495, 0.5, 0.5]],
    ['mlx', C1, [0, 0.25, 0.2513, 0.2756, 0.3, 0.3, 0.4026, 0.5, 0, 0]],
    ['mergekit-2023', C2, [0.4, 0.4, 0.3975, 0.3494, 0.3013, 0.2994, 0.2741, 0.25, 0.25, 0.25]],
    ['mergekit', C2, [0.4, 0.4, 0.3975, 0.3494, 0.3013, 0.2994, 0.2741, 0.25, 0.4, 0.4]],
    ['mergekit-layer-gradient', C2, [null, 0.3975, 0.395, 0.3475, 0.3, 0.3, 0.275, 0.2512, 0.25, 0]],
    ['mlx', C2, [0, 0.4, 0.3974, 0.3487, 0.3, 0.3, 0.2744, 0.25, 0, 0]],
  ])('%s of %j', (dialect, gradient, golden) => {
    for (const [i, place] of PLACES.entries()) {
      const expected = golden[i]
      if (expected === null || expected === undefined) continue
      const t = tensorT(dialect, gradient, place, { index: INDICES[i] ?? 0, count: 723 })
      expect(Math.abs(t - expected), `${place.kind} ${LAYERS[i - 1]}`).toBeLessThanOrEqual(0.500001e-4)
    }
  })
})

describe('a gradient under every dialect', () => {
  test.each(DIALECTS)(
    '%s keeps the layers between the smallest and the largest point, whatever the depth',
    (dialect) => {
      for (const gradient of [0.3, [0.7], [0, 1], [0.2, 0.9, 0.1], [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]]) {
        const points = [gradient].flat()
        for (const layers of [1, 2, 3, 5, 7, 32]) {
          for (let layer = 0; layer < layers; layer++) {
            const list = { index: layer, count: layers }
            const t = tensorT(dialect, gradient, { kind: 'layer', layer, layers }, list)
            expect(t).toBeGreaterThanOrEqual(Math.min(...points) - 1e-12)
            expect(t).toBeLessThanOrEqual(Math.max(...points) + 1e-12)
          }
        }
      }
    },
  )

  test('blends in a straight line for BlockMerge, with a clipped cosine for mlx, on the sphere for mergekit', () => {
    expect(DIALECTS.map(interpolationOf)).toEqual(['slerp', 'slerp', 'slerp', 'lerp', 'slerp-clipped'])
  })
})

describe('the comment that names the dialect', () => {
  const plain = slerp('[0.1, 0.2]')

  test('is read from the head of the text alone', () => {
    expect(parseRecipe(plain).recipe?.dialect).toBe('mergekit')
    for (const text of [
      `# slerp-studio: dialect = mlx\n${plain}`,
      `\ufeff#slerp-studio:dialect=mlx\r\n\r\n---\r\n${plain}`,
      `# mine\n\n  # slerp-studio: dialect = mlx  \n${plain}`,
    ]) {
      expect(parseRecipe(text).recipe?.dialect).toBe('mlx')
    }
    expect(parseRecipe(`${plain}# slerp-studio: dialect = mlx\n`).recipe?.dialect).toBe('mergekit')
  })

  test('is an error where it names none', () => {
    expect(found(`# mine\n# slerp-studio: dialect = mergekit-2022\n${plain}`)).toEqual([
      '2 error: The dialect is "mergekit-2022", expected mergekit-2023, mergekit, mergekit-layer-gradient, blockmerge-gradient or mlx.',
    ])
  })

  test('comes, changes and goes, and nothing else does', () => {
    for (const text of [plain, `# mine\n---\n${plain}`, `\ufeff${plain}`.replaceAll('\n', '\r\n')]) {
      let at = text
      for (const dialect of [...DIALECTS, 'mergekit'] as const) {
        const edited = applyEdit(at, { kind: 'set-dialect', dialect })
        at = 'text' in edited ? edited.text : edited.problem
        expect(parseRecipe(at).recipe?.dialect).toBe(dialect)
      }
      expect(at).toBe(text)
    }
  })
})
