import type { Frame, Shown } from './frames.ts'

const LAST_LAYER = 79
/** lzlv's other lists: of the stage that is dragged from its second point on, of the second stage, and of the last. */
const [FIRST, SECOND, FINAL] = [[0.3, 0.5], [0.4, 0.3, 0.25], [0.5]]
const LERP_THRESHOLD = 0.9995

/** What the page says that does not follow from the point it shows, worked out here for itself. */
export function wrongIn(shown: Shown): string[] {
  const wrong: string[] = []
  const expect = (what: string, said: string | null, expected: string): void => {
    if (said !== null && said !== expected) wrong.push(`at t ${shown.t}, ${what}: ${said} instead of ${expected}`)
  }
  if (shown.rows.filter(({ t }) => t !== null).length < 5) wrong.push('fewer than 5 rows of the table are in view')
  for (const row of shown.rows) {
    const layer = Number(/layers\.(\d+)/.exec(row.tensor)?.[1] ?? 0)
    const t = valueAt([shown.t, ...FIRST], layer)
    expect(`t of ${row.tensor}`, row.t, t.toFixed(4))
    expect(`shares of ${row.tensor}`, row.share === null ? null : percentages(row.share), sharesAt(shown.t, layer))
    if (row.coefficients !== null) wrong.push(...wrongCoefficients(row.tensor, row.cos, row.coefficients, t))
  }
  // Where there is no room for all of the words, they end early.
  const begins = (what: string, said: string, expected: string): void =>
    expect(what, percentages(said), said.endsWith('…') ? expected.slice(0, percentages(said).length) : expected)
  const layer = Number(/^layer (\d+)/.exec(shown.ancestry)?.[1])
  begins('the ancestry', shown.ancestry, sharesAt(shown.t, layer))
  begins('the depth map', shown.depthMap, sharesAt(shown.t, layer))
  if (!/^The result lies \d/.test(shown.sphere)) wrong.push(`the sphere says: ${shown.sphere}`)
  return wrong
}

/** Points follow the pointer of their own frame: the lower it is, the lower t. */
export function lateIn(frames: readonly Frame[]): string[] {
  const byHeight = frames.toSorted((a, b) => b.y - a.y || a.shown.t - b.shown.t)
  return byHeight.flatMap((frame, at) => {
    const below = byHeight[at - 1]
    const late = below !== undefined && below.y > frame.y && below.shown.t > frame.shown.t
    return late ? [`t ${frame.shown.t} at ${frame.y}, but ${below.shown.t} at ${below.y}, which is lower`] : []
  })
}

function wrongCoefficients(tensor: string, cos: string, coefficients: string, t: number): string[] {
  const shown = coefficients.split('\n').map(Number)
  const cosine = Number(cos.replace('cos ', ''))
  const angle = Math.acos(cosine)
  const expected =
    Math.abs(cosine) > LERP_THRESHOLD || t === 0 || t === 1
      ? [1 - t, t]
      : [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)]
  const near = expected.every((value, at) => Math.abs(value - (shown[at] ?? Number.NaN)) < 1e-9)
  return near ? [] : [`coefficients of ${tensor} at t ${t} and ${cos}: ${shown} instead of ${expected}`]
}

function valueAt(list: readonly number[], layer: number): number {
  const place = (layer / LAST_LAYER) * (list.length - 1)
  const below = Math.min(list.length - 1, Math.floor(place))
  const [from = 0, to = from] = list.slice(below)
  return from + (place - below) * (to - from)
}

function sharesAt(point: number, layer: number): string {
  const [first, second, final] = [[point, ...FIRST], SECOND, FINAL].map((list) => valueAt(list ?? [], layer))
  const [a, b, c] = [first ?? 0, second ?? 0, final ?? 0]
  const shares = [(1 - a) * (1 - c), a * (1 - c) + (1 - b) * c, b * c]
  return shares
    .filter((share) => share > 0)
    .map((share) => (100 * share).toFixed(1))
    .join(' ')
}

function percentages(text: string): string {
  return [...text.matchAll(/(\d+\.\d)\s%/g)].map(([, share]) => share).join(' ')
}
