// Reading and rounding floating-point numbers by their bits. Put in front of every kernel.
//
// WGSL may flush subnormal numbers, may assume that there is no NaN or infinity, and leaves the rounding of conversions open. So
// everything here is integer arithmetic on the bits of F32 values, four at a time. The twin is src/tensor/rounding.ts.
//
// Eight consecutive elements are a group: `even` holds e0 e2 e4 e6, `odd` holds e1 e3 e5 e7.

// In front of this page: what all inputs are, so that the compiler drops the rest.
//   const DTYPE: u32          their dtype, MIXED where they differ
//   const ROUNDS_INPUTS: bool whether any is rounded once it is read
const F32: u32 = 0u;
const F16: u32 = 1u;
const BF16: u32 = 2u;
const MIXED: u32 = 3u;

const SIGN: u32 = 0x80000000u;
const MAGNITUDE: u32 = 0x7fffffffu;
const INFINITY: u32 = 0x7f800000u;
// The bits of 2^56: from here on a value is wild, and its block is left to the CPU.
const WILD: u32 = (127u + 56u) << 23u;

struct Group {
  even: vec4<u32>,
  odd: vec4<u32>,
}

/// Bits below the last one of the dtype's significand, in an F32.
fn dropped_bits(dtype: u32) -> u32 {
  return select(select(0u, 16u, dtype == BF16), 13u, dtype == F16);
}

/// F32's exponent field of the dtype's smallest normal value.
fn smallest_exponent(dtype: u32) -> u32 {
  return select(1u, 113u, dtype == F16);
}

/// F32 bits of F16 bits (in the lower half of each word).
fn from_f16(half: vec4<u32>) -> vec4<u32> {
  let sign = (half & vec4(0x8000u)) << vec4(16u);
  let magnitude = half & vec4(0x7fffu);
  let wide = magnitude << vec4(13u);
  let normal = wide + vec4(112u << 23u);
  // A subnormal value is its fraction in units of 2^-24: put it behind 2^-14, then take that away, which is exact.
  let subnormal = bitcast<vec4<u32>>(bitcast<vec4<f32>>(wide + vec4(113u << 23u)) - vec4(0x1p-14));
  let special = ((magnitude & vec4(0x3ffu)) << vec4(13u)) | vec4(INFINITY);
  let finite = select(normal, subnormal, magnitude < vec4(0x400u));
  return sign | select(finite, special, magnitude >= vec4(0x7c00u));
}

/// Magnitudes (F32 bits) rounded to the nearest multiple of the dtype's steps, ties to even, where `smallest` is the exponent field of its
/// smallest normal value and `dropped` the number of bits it has not. Above the dtype's range and for NaN the result is too large.
fn round_magnitude(magnitude: vec4<u32>, dropped: u32, smallest: u32) -> vec4<u32> {
  let exponent = magnitude >> vec4(23u);
  let half_ulp = (1u << dropped) >> 1u;
  let odd = (magnitude >> vec4(dropped)) & vec4(1u);
  let bias = select(vec4(half_ulp - 1u) + odd, vec4(0u), vec4(half_ulp == 0u));
  let normal = ((magnitude + bias) >> vec4(dropped)) << vec4(dropped);
  if (!any(exponent < vec4(smallest))) {
    return normal;
  }
  // Subnormal results, which are rare: a whole number of steps. With 25 bits to drop nothing remains.
  let field = max(exponent, vec4(1u));
  let significand = (magnitude & vec4(0x7fffffu)) | select(vec4(0u), vec4(0x800000u), exponent > vec4(0u));
  let shift = min(vec4(dropped + smallest) - min(field, vec4(smallest)), vec4(25u));
  let half_step = (vec4(1u) << shift) >> vec4(1u);
  let odd_step = (significand >> shift) & vec4(1u);
  let steps = (significand + select(half_step - vec4(1u) + odd_step, vec4(0u), half_step == vec4(0u))) >> shift;
  // `steps` in units of the smallest step, as F32 bits again.
  let leading = firstLeadingBit(max(steps, vec4(1u)));
  let weight = leading + vec4(smallest + dropped);
  let is_normal = weight > vec4(23u);
  let as_normal = ((weight - vec4(23u)) << vec4(23u)) | ((steps << ((vec4(23u) - leading) & vec4(31u))) & vec4(0x7fffffu));
  let as_subnormal = steps << vec4(min(dropped, 31u));
  let small = select(select(as_subnormal, as_normal, is_normal), vec4(0u), steps == vec4(0u));
  return select(normal, small, exponent < vec4(smallest));
}

/// F32 bits rounded to `round`; values above its range, infinity and NaN become an infinity.
fn round_bits(bits: vec4<u32>, round: u32) -> vec4<u32> {
  let magnitude = min(bits & vec4(MAGNITUDE), vec4(INFINITY));
  let rounded = round_magnitude(magnitude, dropped_bits(round), smallest_exponent(round));
  let limit = select(INFINITY, 143u << 23u, round == F16);
  return (bits & vec4(SIGN)) | select(rounded, vec4(INFINITY), rounded >= vec4(limit));
}

/// Decodes and rounds a group: `a` holds its 16 bytes, with `b` the second half of an F32 group. As a rounding, F32 stands for none.
fn decode_group(a: vec4<u32>, b: vec4<u32>, stored: u32, round: u32) -> Group {
  var group: Group;
  var dtype = stored;
  if (DTYPE != MIXED) {
    dtype = DTYPE;
  }
  if (dtype == BF16) {
    group.even = a << vec4(16u);
    group.odd = a & vec4(0xffff0000u);
  } else if (dtype == F16) {
    group.even = from_f16(a & vec4(0xffffu));
    group.odd = from_f16(a >> vec4(16u));
  } else {
    group.even = vec4(a.x, a.z, b.x, b.z);
    group.odd = vec4(a.y, a.w, b.y, b.w);
  }
  if (ROUNDS_INPUTS && round != F32 && round != dtype) {
    group.even = round_bits(group.even, round);
    group.odd = round_bits(group.odd, round);
  }
  return group;
}
