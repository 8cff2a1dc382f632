/** What joining two neighbouring tokens gives, and how early it happens. */
export interface Merge {
  readonly rank: number
  readonly id: number
}

/** Above every token id (formats/tokenizer-table.ts), so that a pair of ids is one exact number. */
const PAIR = 2 ** 24

/** The merges of a byte-pair encoding by the pair of ids that they join. */
export class MergeTable {
  readonly #merges = new Map<number, Merge>()

  add(left: number, right: number, merge: Merge): void {
    this.#merges.set(left * PAIR + right, merge)
  }

  of(left: number, right: number): Merge | undefined {
    return this.#merges.get(left * PAIR + right)
  }
}

interface Candidate {
  readonly at: number
  readonly left: number
  readonly right: number
  readonly merge: Merge
}

/**
 * Byte-pair encoding (Sennrich et al. 2016): joins neighbours, the earliest learnt pair first and the leftmost of those, until no pair is in
 * the table. n log n in the number of symbols, since sentencepiece models take a whole text for one word.
 */
export function joinPairs(symbols: readonly number[], merges: MergeTable): number[] {
  const ids = [...symbols]
  // Neighbours that are still there; a symbol that was joined to its left neighbour has the id -1.
  const next = ids.map((_, i) => i + 1)
  const previous = ids.map((_, i) => i - 1)
  const heap: Candidate[] = []
  const consider = (at: number): void => {
    const [left, right] = [ids[at], ids[next[at] ?? -1]]
    if (left === undefined || right === undefined) return
    const merge = merges.of(left, right)
    if (merge !== undefined) push(heap, { at, left, right, merge })
  }
  for (let at = 0; at + 1 < ids.length; at++) consider(at)
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    const { at, left, right, merge } = top
    const after = next[at] ?? -1
    // Found before one of the two was joined to something else.
    if (ids[at] !== left || ids[after] !== right) continue
    ids[at] = merge.id
    ids[after] = -1
    const beyond = next[after] ?? ids.length
    next[at] = beyond
    if (beyond < ids.length) previous[beyond] = at
    consider(at)
    const before = previous[at] ?? -1
    if (before >= 0) consider(before)
  }
  return ids.filter((id) => id >= 0)
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.merge.rank < b.merge.rank || (a.merge.rank === b.merge.rank && a.at < b.at)
}

function push(heap: Candidate[], candidate: Candidate): void {
  let place = heap.push(candidate) - 1
  while (place > 0) {
    const parent = (place - 1) >> 1
    const above = heap[parent] as Candidate
    if (!isBefore(candidate, above)) break
    heap[place] = above
    place = parent
  }
  heap[place] = candidate
}

function pop(heap: Candidate[]): Candidate | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined || heap.length === 0) return top
  let place = 0
  for (;;) {
    let child = 2 * place + 1
    const right = heap[child + 1]
    if (right !== undefined && isBefore(right, heap[child] as Candidate)) child++
    const below = heap[child]
    if (below === undefined || !isBefore(below, last)) break
    heap[place] = below
    place = child
  }
  heap[place] = last
  return top
}
