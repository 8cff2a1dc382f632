// Packing two vectors of F32 as the BF16 elements of a group.

/** To the nearest, ties to even; zeros are +0. What is not finite has its exponent all ones in the result, and is void otherwise. */
// @ts-ignore: decorator
@inline
export function packed(even: v128, odd: v128): v128 {
  const words = v128.or(i32x4.shr_u(raised(even), 16), v128.and(raised(odd), i32x4.splat(0xffff0000)))
  return v128.andnot(words, i16x8.eq(words, i16x8.splat(-32768)))
}

/** The upper halves are rounded. */
// @ts-ignore: decorator
@inline
function raised(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1))
  return i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd)
}
