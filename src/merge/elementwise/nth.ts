/**
 * The number at place `place` of the ascending order (0 is the smallest), without a sort: values are put in another order. Hoare's way, which
 * takes equal ones in its stride.
 * @param first the values before this place are no larger than those from there on, as after a search for what is there
 */
export function smallest(values: Uint32Array, place: number, first = 0): number {
  let [from, to] = [first, values.length - 1]
  while (from < to) {
    const pivot = middle(values[from] ?? 0, values[(from + to) >>> 1] ?? 0, values[to] ?? 0)
    let [left, right] = [from, to]
    while (left <= right) {
      while ((values[left] ?? 0) < pivot) left++
      while ((values[right] ?? 0) > pivot) right--
      if (left > right) break
      const value = values[left] ?? 0
      values[left++] = values[right] ?? 0
      values[right--] = value
    }
    if (place <= right) to = right
    else if (place >= left) from = left
    else break
  }
  return values[place] ?? 0
}

function middle(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
}

/** How often a number is there. */
export function numberOf(values: Uint32Array, wanted: number): number {
  let count = 0
  for (let i = 0; i < values.length; i++) if (values[i] === wanted) count++
  return count
}

/** The numbers from `low` to `high`, both included. */
export function between(values: Uint32Array, low: number, high: number): Uint32Array {
  const found = new Uint32Array(values.length)
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (value >= low && value <= high) found[count++] = value
  }
  return found.slice(0, count)
}

/** How many are below a number. */
export function numberBelow(values: Uint32Array, limit: number): number {
  let count = 0
  for (let i = 0; i < values.length; i++) if ((values[i] ?? 0) < limit) count++
  return count
}
