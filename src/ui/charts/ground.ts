import type { Mark } from './drawing.ts'

/**
 * The marks of a chart that no value moves, such as the names along its axes: made once, and the same object as long as `from` stays, so that
 * a frame of a gesture need not paint their text anew.
 */
export function groundKeeper(): (from: readonly unknown[], draw: (marks: Mark[]) => void) => readonly Mark[] {
  let kept: { readonly from: readonly unknown[]; readonly marks: readonly Mark[] } | null = null
  return (from, draw) => {
    if (kept?.from.length === from.length && kept.from.every((part, i) => Object.is(part, from[i]))) return kept.marks
    const marks: Mark[] = []
    draw(marks)
    kept = { from, marks }
    return marks
  }
}
