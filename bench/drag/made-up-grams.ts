/**
 * Runs in the page: puts made-up Gram matrices in the place of those that it kept for its next visit. Checkpoints of headers alone read as
 * zeros, which have no angles; with these every view has something to show. Sampled tensors stay sampled ones, whose intervals cost most.
 *
 * @returns how many tensors have one
 */
export async function makeUpGrams(): Promise<number> {
  const promised = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const store = (await promised(indexedDB.open('slerp-studio-geometry')))
    .transaction('grams', 'readwrite')
    .objectStore('grams')
  const keys = await promised(store.getAllKeys())
  for (const [turn, key] of keys.entries()) {
    const kept: KeptSegment[] = await promised(store.get(key))
    for (const segment of kept) {
      const inputs = segment.sums.length
      // Two inputs of norm 1 and so many radians between them; fine-tunes of one base have at most about half a radian.
      const angle = (i: number, j: number): number => (i === j ? 0 : 0.25 + 0.2 * ((0.618 * (turn + i + j)) % 1))
      const products = segment.gram.map((_, at) => Math.cos(angle(Math.floor(at / inputs), at % inputs)))
      segment.gram.set(products.map((product) => product * segment.elements))
      segment.differences = null
      const { tiles } = segment
      for (const [tile, elements] of tiles?.elements.entries() ?? []) {
        // Tiles differ a little, so that there is an interval.
        const near = (product: number, at: number) =>
          elements * (product + 1e-3 * Math.sin(7 * tile + (at % (inputs + 1))))
        tiles?.grams.set(products.map(near), tile * inputs * inputs)
      }
    }
    await promised(store.put(kept, key))
  }
  return keys.length
}

/** What the made-up matrices replace of a kept segment (src/geometry/grams.ts). */
interface KeptSegment {
  readonly gram: Float64Array
  readonly sums: Float64Array
  readonly elements: number
  differences: Float64Array | null
  readonly tiles: { readonly elements: Float64Array; readonly grams: Float64Array } | null
}
