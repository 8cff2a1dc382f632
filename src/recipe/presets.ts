import type { Gradient } from './recipe.ts'

/** One entry of a parameter without its place in a text. */
export interface Lane {
  readonly filter: string | null
  readonly value: Gradient
}

/** A named shape: the lanes of t. Points are spread over any depth, so that a preset fits every model. */
export interface Preset {
  readonly name: string
  readonly description: string
  readonly lanes: readonly Lane[]
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'Constant',
    description: 'Half of each model in every layer.',
    lanes: [{ filter: null, value: 0.5 }],
  },
  {
    name: 'Ramp',
    description: 'From the base model in the first layer to the other in the last.',
    lanes: [{ filter: null, value: [0, 1] }],
  },
  {
    name: 'Valley',
    description: 'The other model at both ends, the base model in the middle.',
    lanes: [{ filter: null, value: [1, 0, 1] }],
  },
  {
    name: 'Peak',
    description: 'The base model at both ends, the other in the middle.',
    lanes: [{ filter: null, value: [0, 1, 0] }],
  },
  {
    name: 'Crossing',
    description: 'Attention goes one way and MLP the other, as in MythoMax.',
    lanes: [
      { filter: 'self_attn', value: [0, 0.5, 0.3, 0.7, 1] },
      { filter: 'mlp', value: [1, 0.5, 0.7, 0.3, 0] },
      { filter: null, value: 0.5 },
    ],
  },
  {
    name: 'lzlv, first component',
    description: 'The gradient of Mythospice and Xwin in lzlv_70B.',
    lanes: [{ filter: null, value: [0.25, 0.3, 0.5] }],
  },
  {
    name: 'lzlv, second component',
    description: 'The gradient of Xwin and Nous-Hermes in lzlv_70B.',
    lanes: [{ filter: null, value: [0.4, 0.3, 0.25] }],
  },
]

/** A preset between two other values than 0 and 1. */
export function scalePreset(preset: Preset, low: number, high: number): readonly Lane[] {
  const scale = (value: number) => Number((low + value * (high - low)).toPrecision(12))
  return preset.lanes.map(({ filter, value }) => ({
    filter,
    value: typeof value === 'number' ? scale(value) : value.map(scale),
  }))
}
