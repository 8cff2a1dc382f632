import type { KeyboardEvent } from 'react'
import { tidy } from '../../recipe/gradient-edit.ts'
import type { Scale } from './subjects.ts'

const WAY: Scale = { low: 0, high: 1, unit: 0.01 }

/**
 * Where a key moves a value: arrows by a unit, 0.01 of t (Shift ten times, Alt a tenth), page keys by ten units, Home and End to the ends.
 * Null for other keys.
 */
export function stepOf(
  { key, shiftKey, altKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey'>,
  t: number,
  { high, unit }: Scale = WAY,
) {
  if (key === 'Home') return 0
  if (key === 'End') return high
  const step = altKey ? unit / 10 : shiftKey ? unit * 10 : unit
  const by =
    key === 'ArrowUp' || key === 'ArrowRight'
      ? step
      : key === 'ArrowDown' || key === 'ArrowLeft'
        ? -step
        : key === 'PageUp'
          ? unit * 10
          : key === 'PageDown'
            ? -unit * 10
            : null
  if (by === null) return null
  // What lies outside the axis was typed so; keys move it, and never further out.
  return tidy(Math.min(Math.max(t + by, Math.min(0, t)), Math.max(high, t)))
}
