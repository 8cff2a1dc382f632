/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** Reads what `getComputedStyle` gives for a colour: `rgb(9, 74, 138)`. Black where it is something else. */
export function parseRgb(text: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number)
  return [red, green, blue]
}

export function cssColour([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)},${Math.round(green)},${Math.round(blue)})`
}

/** A colour in Oklab (Ottosson 2020), where equal steps look equal and mixtures keep their lightness. */
export type Oklab = readonly [l: number, a: number, b: number]

export function toOklab(colour: Rgb): Oklab {
  const [r, g, b] = [linear(colour[0]), linear(colour[1]), linear(colour[2])]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

export function fromOklab([lightness, a, b]: Oklab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

/** From one colour to another, evenly. @param share 0 is `from`, 1 is `to` */
export function between(from: Oklab, to: Oklab, share: number): Oklab {
  const at = (k: 0 | 1 | 2): number => from[k] + (to[k] - from[k]) * share
  return [at(0), at(1), at(2)]
}

/** How much of the chroma that opposite hues take from each other in a mixture is given back: hues stay apart, and none is made up. */
const LIVELY = 0.8

/** Colours mixed in Oklab; weights need not add up to 1, and those below 0 count as 0. Null where none is above 0. */
export function mixColours(colours: readonly Oklab[], weights: ArrayLike<number>): Rgb | null {
  let [l, a, b, chroma, total] = [0, 0, 0, 0, 0]
  for (let i = 0; i < colours.length; i++) {
    const weight = Math.max(0, weights[i] ?? 0)
    const colour = colours[i]
    if (colour === undefined || !(weight > 0)) continue
    l += weight * colour[0]
    a += weight * colour[1]
    b += weight * colour[2]
    chroma += weight * Math.hypot(colour[1], colour[2])
    total += weight
  }
  if (!(total > 0)) return null
  const lost = chroma > 0 ? 1 - Math.hypot(a, b) / chroma : 0
  const lift = (1 + LIVELY * lost) / total
  return fromOklab([l / total, a * lift, b * lift])
}

/** A ramp through colours at equal steps; `at` is clipped to 0 to 1. */
export function ramp(stops: readonly Oklab[], at: number): Rgb {
  const place = Math.min(1, Math.max(0, at)) * (stops.length - 1)
  const low = Math.min(stops.length - 2, Math.floor(place))
  const [from, to] = [stops[low], stops[low + 1]]
  if (from === undefined || to === undefined) return fromOklab(stops[0] ?? [0, 0, 0])
  const part = place - low
  return fromOklab([
    from[0] + part * (to[0] - from[0]),
    from[1] + part * (to[1] - from[1]),
    from[2] + part * (to[2] - from[2]),
  ])
}

/** Black or white, whichever is easier to read on this colour. */
export function inkOn(colour: Rgb): string {
  const luminance = 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
  return luminance > 0.179 ? '#000' : '#fff'
}

function linear(channel: number): number {
  const c = channel / 255
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}

function encoded(value: number): number {
  const c = Math.min(1, Math.max(0, value))
  return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055)
}
