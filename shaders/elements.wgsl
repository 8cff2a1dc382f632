// What the element-wise kernels (count, sum, map, rank, products) share: inputs, differences, keys, and which elements stay. The specification is
// src/engine/elementwise/: keys.ts, keep.ts and philox.ts.
//
// In front of this page: dtype.wgsl, and
//   const INPUTS: u32  number of inputs, the base first
// A table of words tells all else; src/engine/webgpu/element-table.ts writes it.
//
// WGSL lets a compiler contract a product and a sum, change the order of additions and flush subnormal numbers. So every intermediate
// result goes through `exact`, which hides it behind an exclusive or with a zero that only the table knows; and a block with values that
// may have met a subnormal number, or with very large ones, is left to the CPU (`odd_one`).

@group(0) @binding(0) var<storage, read> arena: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> words: array<u32>;

// Places of the table.
const GROUP_COUNT: u32 = 1u;
const UNITS_PER_ROW: u32 = 2u;
const ELEMENT_COUNT: u32 = 3u;
const KEY: u32 = 4u;
const ROW_FACTORS: u32 = 5u;
const ROW_GROUPS: u32 = 6u;
const KEEPS: u32 = 7u;
const SHARE: u32 = 8u;
const OWN: u32 = 9u; // from here on each kernel has words of its own
const INPUT_ROWS: u32 = 24u; // four words each: offset in the arena in units of 16 bytes, dtype, rounding

const DIFFERENCES: u32 = INPUTS - 1u;
const KEY_DIFFERENCES: u32 = 0u;
const KEY_VARIANCE: u32 = 1u;
const KEEP_WORDS: u32 = 8u;

// The bits of 2^-60 and of 2^-100.
const SMALL: u32 = (127u - 60u) << 23u;
const SMALL_PRODUCT: u32 = (127u - 100u) << 23u;

/// Eight elements.
struct Eight {
  even: vec4<f32>,
  odd: vec4<f32>,
}

struct Kept {
  even: vec4<bool>,
  odd: vec4<bool>,
}

var<private> odd_one: bool = false;
var<private> values: array<Eight, INPUTS>;
var<private> deltas: array<Eight, DIFFERENCES>;

fn exact(x: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x) ^ vec4(words[0]));
}

fn magnitude_of(x: vec4<f32>) -> vec4<u32> {
  return bitcast<vec4<u32>>(x) & vec4(MAGNITUDE);
}

/// Notes values that are not 0 and below a limit.
fn note_small(x: vec4<f32>, limit: u32) {
  let m = magnitude_of(x);
  odd_one = odd_one || any((m != vec4(0u)) & (m < vec4(limit)));
}

/// a * b, noted where the product is not 0 and small, or would be.
fn product(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  let p = exact(a * b);
  let nothing = (magnitude_of(a) == vec4(0u)) | (magnitude_of(b) == vec4(0u));
  odd_one = odd_one || any(!nothing & (magnitude_of(p) < vec4(SMALL_PRODUCT)));
  return p;
}

fn sum(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
  return exact(a + b);
}

/// The four lanes of a sum together.
fn lanes_sum(lanes: vec4<f32>) -> f32 {
  let halves = exact(vec4(lanes.x + lanes.y, lanes.z + lanes.w, 0.0, 0.0));
  return halves.x + halves.y;
}

fn read_half(bits: vec4<u32>) -> vec4<f32> {
  let m = bits & vec4(MAGNITUDE);
  odd_one = odd_one || any((m >= vec4(WILD)) | ((m != vec4(0u)) & (m < vec4(SMALL))));
  // No arithmetic meets an infinity.
  return bitcast<vec4<f32>>(select(bits, vec4(0u), m >= vec4(WILD)));
}

/// Reads group `index` of all inputs, and takes the differences.
fn read_group(index: u32) {
  for (var i = 0u; i < INPUTS; i++) {
    let row = INPUT_ROWS + 4u * i;
    let dtype = words[row + 1u];
    var group: Group;
    if (dtype == F32) {
      let at = words[row] + 2u * index;
      group = decode_group(arena[at], arena[at + 1u], dtype, words[row + 2u]);
    } else {
      group = decode_group(arena[words[row] + index], vec4(0u), dtype, words[row + 2u]);
    }
    values[i] = Eight(read_half(group.even), read_half(group.odd));
  }
  for (var k = 0u; k < DIFFERENCES; k++) {
    let even = exact(values[k + 1u].even - values[0].even);
    let odd = exact(values[k + 1u].odd - values[0].odd);
    note_small(even, SMALL);
    note_small(odd, SMALL);
    deltas[k] = Eight(even, odd);
  }
}

fn variance_of(half: u32) -> vec4<f32> {
  let share = vec4(bitcast<f32>(words[SHARE]));
  let shift = half_of(deltas[0], half);
  var total = vec4<f32>();
  for (var k = 0u; k < DIFFERENCES; k++) {
    let u = exact(half_of(deltas[k], half) - shift);
    note_small(u, SMALL);
    total = sum(total, u);
  }
  let mean = product(share, total);
  var squares = vec4<f32>();
  for (var k = 0u; k < DIFFERENCES; k++) {
    let u = exact(exact(half_of(deltas[k], half) - shift) - mean);
    squares = sum(squares, product(u, u));
  }
  return product(share, squares);
}

fn half_of(eight: Eight, half: u32) -> vec4<f32> {
  return select(eight.even, eight.odd, vec4(half == 1u));
}

/// The bits of key k of group `index`.
fn key_of(k: u32, index: u32) -> Group {
  if (words[KEY] == KEY_DIFFERENCES) {
    return Group(magnitude_of(deltas[k].even), magnitude_of(deltas[k].odd));
  }
  if (words[KEY] == KEY_VARIANCE) {
    return Group(magnitude_of(variance_of(0u)), magnitude_of(variance_of(1u)));
  }
  let factor = vec4(bitcast<f32>(words[words[ROW_FACTORS] + index / words[ROW_GROUPS]]));
  let even = product(abs(deltas[0].even), factor);
  let odd = product(abs(deltas[0].odd), factor);
  return Group(magnitude_of(even), magnitude_of(odd));
}

/// Which elements of difference k stay; `index` is the group in the tile.
fn kept_of(k: u32, bits: Group, index: u32) -> Kept {
  let row = words[KEEPS] + KEEP_WORDS * k;
  let kind = words[row];
  if (kind == 1u) {
    let even_index = vec4<i32>(i32(8u * index)) + vec4(0, 2, 4, 6);
    return Kept(in_range(row, bits.even, even_index), in_range(row, bits.odd, even_index + vec4(1)));
  }
  if (kind == 2u) {
    return drawn(row, 2u * index);
  }
  if (kind == 3u) {
    let mask = (words[words[row + 1u] + index / 4u] >> (8u * (index % 4u))) & 255u;
    return Kept((vec4(mask) & vec4(1u, 4u, 16u, 64u)) != vec4(0u), (vec4(mask) & vec4(2u, 8u, 32u, 128u)) != vec4(0u));
  }
  return Kept(vec4(true), vec4(true));
}

fn in_range(row: u32, bits: vec4<u32>, index: vec4<i32>) -> vec4<bool> {
  let low = vec4(words[row + 1u]);
  let high = vec4(words[row + 4u]);
  let at_low = (bits == low) & within(row + 2u, index);
  let at_high = (bits == high) & within(row + 5u, index);
  return ((bits > low) | at_low) & ((bits < high) | at_high);
}

fn within(ends: u32, index: vec4<i32>) -> vec4<bool> {
  return (index >= vec4(bitcast<i32>(words[ends]))) & (index <= vec4(bitcast<i32>(words[ends + 1u])));
}

/// Of two counters, whose eight numbers are those of a group: limit, key (two words), place, number of the tile's first counter.
fn drawn(row: u32, quad: u32) -> Kept {
  let key = vec2(words[row + 2u], words[row + 3u]);
  let a = philox(vec4(words[row + 5u] + quad, 0u, words[row + 4u], 0u), key);
  let b = philox(vec4(words[row + 5u] + quad + 1u, 0u, words[row + 4u], 0u), key);
  let limit = vec4(words[row + 1u]);
  return Kept(vec4(a.x, a.z, b.x, b.z) < limit, vec4(a.y, a.w, b.y, b.w) < limit);
}

fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    let high0 = high_word(0xd2511f53u, c.x);
    let high1 = high_word(0xcd9e8d57u, c.z);
    c = vec4(high1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/// The upper 32 bits of a product.
fn high_word(a: u32, b: u32) -> u32 {
  let a_high = a >> 16u;
  let a_low = a & 0xffffu;
  let b_high = b >> 16u;
  let b_low = b & 0xffffu;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  return a_high * b_high + (middle >> 16u) + ((a_low * b_high + (middle & 0xffffu)) >> 16u);
}
