import { useEffect, useState } from 'react'
import { useStudio } from '../../store/studio.ts'
import { type Oklab, parseRgb, toOklab } from './colour.ts'

const NAMES = ['panel', 'raised', 'edge', 'edge-strong', 'ink', 'ink-2', 'ink-3', 'focus'] as const

/** The page's colours as literal ones, for what is drawn on a canvas or exported. */
export interface Palette {
  readonly dark: boolean
  readonly panel: string
  readonly raised: string
  readonly edge: string
  readonly edgeStrong: string
  readonly ink: string
  readonly ink2: string
  readonly ink3: string
  readonly focus: string
  /** By model colour, 0 to 5, and neutral for a model without one. */
  readonly models: readonly Oklab[]
  readonly neutral: Oklab
  /** From low to high. */
  readonly t: readonly Oklab[]
  readonly angle: readonly Oklab[]
  readonly difference: readonly Oklab[]
  /** From below zero through zero to above. */
  readonly drift: readonly Oklab[]
}

type Ramps = Pick<Palette, 't' | 'angle' | 'difference' | 'drift'>

/** Each ramp rises evenly in lightness, so that it reads in grey and to every eye. */
const LIGHT: Ramps = {
  t: lab('rgb(226 233 242)', 'rgb(120 160 210)', 'rgb(11 50 120)'),
  angle: lab('rgb(245 234 220)', 'rgb(219 145 80)', 'rgb(110 45 0)'),
  difference: lab('rgb(226 240 233)', 'rgb(95 170 140)', 'rgb(0 70 50)'),
  drift: lab('rgb(150 70 0)', 'rgb(236 238 241)', 'rgb(20 70 170)'),
}
const DARK: Ramps = {
  t: lab('rgb(32 42 58)', 'rgb(66 112 178)', 'rgb(190 220 255)'),
  angle: lab('rgb(48 36 26)', 'rgb(178 100 40)', 'rgb(255 220 170)'),
  difference: lab('rgb(24 46 40)', 'rgb(30 130 100)', 'rgb(180 245 215)'),
  drift: lab('rgb(255 170 90)', 'rgb(40 45 53)', 'rgb(125 176 255)'),
}

function lab(...colours: readonly string[]): readonly Oklab[] {
  return colours.map((colour) => toOklab(parseRgb(colour)))
}

/** The palette of the theme in use. */
export function usePalette(): Palette {
  const theme = useStudio((studio) => studio.theme)
  const [palette, setPalette] = useState(readPalette)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen theme changes what is read, through the document.
  useEffect(() => {
    const read = (): void => setPalette(readPalette())
    read()
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', read)
    return () => scheme.removeEventListener('change', read)
  }, [theme])
  return palette
}

/** Colours are given by light-dark() in the style sheet: only an element's own style tells which one holds. */
function readPalette(): Palette {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const [panel = '', raised = '', edge = '', edgeStrong = '', ink = '', ink2 = '', ink3 = '', focus = ''] =
    NAMES.map(read)
  const models = [0, 1, 2, 3, 4, 5].map((colour) => toOklab(parseRgb(read(`model-${colour}`))))
  probe.remove()
  const dark = toOklab(parseRgb(panel))[0] < 0.5
  const neutral = toOklab(parseRgb(ink3))
  return {
    ...{ dark, panel, raised, edge, edgeStrong, ink, ink2, ink3, focus, models, neutral },
    ...(dark ? DARK : LIGHT),
  }
}
