import type { KeyboardEvent } from 'react'
import { tidy } from '../../recipe/gradient-edit.ts'

const STEP = 0.01

/** Where a key moves t: arrows by 0.01 (Shift ten times, Alt a tenth), page keys by 0.1, Home and End to the ends. Null for other keys. */
export function stepOf({ key, shiftKey, altKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey'>, t: number) {
  if (key === 'Home') return 0
  if (key === 'End') return 1
  const step = altKey ? STEP / 10 : shiftKey ? STEP * 10 : STEP
  const by =
    key === 'ArrowUp' || key === 'ArrowRight'
      ? step
      : key === 'ArrowDown' || key === 'ArrowLeft'
        ? -step
        : key === 'PageUp'
          ? STEP * 10
          : key === 'PageDown'
            ? -STEP * 10
            : null
  if (by === null) return null
  // What lies outside 0 to 1 was typed so; keys move it, and never further out.
  return tidy(Math.min(Math.max(t + by, Math.min(0, t)), Math.max(1, t)))
}
