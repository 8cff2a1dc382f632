// The common case of gram, two or three BF16 inputs as they are stored: decoded, multiplied and summed in registers. What is added to which
// sum, and in which order, is as in ./gram.ts, and so are the bits.

const STRANDS: i32 = 64
/** Bytes of a group of 8 elements, and of one round of all strands. */
const GROUP: usize = 16
const ROUND: usize = 64 * GROUP
/** Rounds for which the sums of a strand stay in registers: more would ask for more cache lines at once than a set of the cache holds. */
const ROUNDS: i32 = 4
const COLUMN_BYTES: usize = 64 * 16
/** Bits of 2^-55 as a BF16: what is smaller counts as zero. */
const TINY: i16 = 72 << 7

// @ts-ignore: decorator
@inline
function kept(words: v128, magnitudes: v128): v128 {
  return v128.and(words, i16x8.ge_s(magnitudes, i16x8.splat(TINY)))
}

// @ts-ignore: decorator
@inline
function even(words: v128): v128 {
  return i32x4.shl(words, 16)
}

// @ts-ignore: decorator
@inline
function odd(words: v128): v128 {
  return v128.and(words, i32x4.splat(0xffff0000))
}

// @ts-ignore: decorator
@inline
function add(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(f32x4.add(sum, x), y)
}

// @ts-ignore: decorator
@inline
function addProducts(sum: v128, xEven: v128, xOdd: v128, yEven: v128, yOdd: v128): v128 {
  return f32x4.add(f32x4.add(sum, f32x4.mul(xEven, yEven)), f32x4.mul(xOdd, yOdd))
}

/**
 * Columns of `sums`: aa, ab, bb, a, b.
 * @param groups of each input
 * @returns the largest magnitudes as BF16, by lane
 */
export function gramTwo(a: usize, b: usize, groups: i32, sums: usize): v128 {
  const magnitude = i16x8.splat(0x7fff)
  let most = i16x8.splat(0)
  for (let done = 0; done < groups; done += ROUNDS * STRANDS) {
    const left = groups - done
    for (let strand = 0; strand < min(STRANDS, left); strand++) {
      let at = <usize>(done + strand) * GROUP
      const end = at + <usize>min(ROUNDS, (left - strand + STRANDS - 1) / STRANDS) * ROUND
      const to = sums + <usize>strand * 16
      let aa = v128.load(to)
      let ab = v128.load(to, COLUMN_BYTES)
      let bb = v128.load(to, 2 * COLUMN_BYTES)
      let aSum = v128.load(to, 3 * COLUMN_BYTES)
      let bSum = v128.load(to, 4 * COLUMN_BYTES)
      for (; at < end; at += ROUND) {
        let x = v128.load(a + at)
        let y = v128.load(b + at)
        const xMagnitudes = v128.and(x, magnitude)
        const yMagnitudes = v128.and(y, magnitude)
        most = i16x8.max_s(most, i16x8.max_s(xMagnitudes, yMagnitudes))
        x = kept(x, xMagnitudes)
        y = kept(y, yMagnitudes)
        const xEven = even(x)
        const xOdd = odd(x)
        const yEven = even(y)
        const yOdd = odd(y)
        aa = addProducts(aa, xEven, xOdd, xEven, xOdd)
        ab = addProducts(ab, xEven, xOdd, yEven, yOdd)
        bb = addProducts(bb, yEven, yOdd, yEven, yOdd)
        aSum = add(aSum, xEven, xOdd)
        bSum = add(bSum, yEven, yOdd)
      }
      v128.store(to, aa)
      v128.store(to, ab, COLUMN_BYTES)
      v128.store(to, bb, 2 * COLUMN_BYTES)
      v128.store(to, aSum, 3 * COLUMN_BYTES)
      v128.store(to, bSum, 4 * COLUMN_BYTES)
    }
  }
  return most
}

/** Columns of `sums`: aa, ab, ac, bb, bc, cc, a, b, c; else as `gramTwo`. */
export function gramThree(a: usize, b: usize, c: usize, groups: i32, sums: usize): v128 {
  const magnitude = i16x8.splat(0x7fff)
  let most = i16x8.splat(0)
  for (let done = 0; done < groups; done += ROUNDS * STRANDS) {
    const left = groups - done
    for (let strand = 0; strand < min(STRANDS, left); strand++) {
      let at = <usize>(done + strand) * GROUP
      const end = at + <usize>min(ROUNDS, (left - strand + STRANDS - 1) / STRANDS) * ROUND
      const to = sums + <usize>strand * 16
      let aa = v128.load(to)
      let ab = v128.load(to, COLUMN_BYTES)
      let ac = v128.load(to, 2 * COLUMN_BYTES)
      let bb = v128.load(to, 3 * COLUMN_BYTES)
      let bc = v128.load(to, 4 * COLUMN_BYTES)
      let cc = v128.load(to, 5 * COLUMN_BYTES)
      let aSum = v128.load(to, 6 * COLUMN_BYTES)
      let bSum = v128.load(to, 7 * COLUMN_BYTES)
      let cSum = v128.load(to, 8 * COLUMN_BYTES)
      for (; at < end; at += ROUND) {
        let x = v128.load(a + at)
        let y = v128.load(b + at)
        let z = v128.load(c + at)
        const xMagnitudes = v128.and(x, magnitude)
        const yMagnitudes = v128.and(y, magnitude)
        const zMagnitudes = v128.and(z, magnitude)
        most = i16x8.max_s(i16x8.max_s(most, xMagnitudes), i16x8.max_s(yMagnitudes, zMagnitudes))
        x = kept(x, xMagnitudes)
        y = kept(y, yMagnitudes)
        z = kept(z, zMagnitudes)
        const xEven = even(x)
        const xOdd = odd(x)
        const yEven = even(y)
        const yOdd = odd(y)
        const zEven = even(z)
        const zOdd = odd(z)
        aa = addProducts(aa, xEven, xOdd, xEven, xOdd)
        ab = addProducts(ab, xEven, xOdd, yEven, yOdd)
        ac = addProducts(ac, xEven, xOdd, zEven, zOdd)
        bb = addProducts(bb, yEven, yOdd, yEven, yOdd)
        bc = addProducts(bc, yEven, yOdd, zEven, zOdd)
        cc = addProducts(cc, zEven, zOdd, zEven, zOdd)
        aSum = add(aSum, xEven, xOdd)
        bSum = add(bSum, yEven, yOdd)
        cSum = add(cSum, zEven, zOdd)
      }
      v128.store(to, aa)
      v128.store(to, ab, COLUMN_BYTES)
      v128.store(to, ac, 2 * COLUMN_BYTES)
      v128.store(to, bb, 3 * COLUMN_BYTES)
      v128.store(to, bc, 4 * COLUMN_BYTES)
      v128.store(to, cc, 5 * COLUMN_BYTES)
      v128.store(to, aSum, 6 * COLUMN_BYTES)
      v128.store(to, bSum, 7 * COLUMN_BYTES)
      v128.store(to, cSum, 8 * COLUMN_BYTES)
    }
  }
  return most
}
