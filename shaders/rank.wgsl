// rank: which elements of a difference stay by the rank of their magnitude in their row. The specification is rankedMask in
// src/engine/elementwise/rows.ts; it is integers from the keys on, so that the bits are the same.
//
// Grid: a workgroup of 128 threads a slot; slot s takes the rows s, s + SLOTS, .. one after the other, each sorted in the slot's part of
// `scratch`: by radix, stably, in eight digits of 4 bits. A thread counts and moves one stretch of the row, so that a table of 16 counts a
// thread is all that workgroup memory holds, however long the row is. A row that meets a value of 2^56 or more, or a very small one, sets
// its flag, and the CPU makes its mask.
// In front of this page: dtype.wgsl and elements.wgsl, with the base and the other as the two INPUTS

@group(0) @binding(2) var<storage, read_write> mask: array<atomic<u32>>; // a bit an element, zero at the start
@group(0) @binding(3) var<storage, read_write> flags: array<u32>; // one a row
@group(0) @binding(4) var<storage, read_write> scratch: array<u32>; // for each slot the row's keys, and its order twice

// Own words of the table.
const ROWS: u32 = OWN;
const LENGTH: u32 = OWN + 1u; // elements of a row, a multiple of 8
const SLOTS: u32 = OWN + 2u;
const LIMITS: u32 = OWN + 3u; // where it lies what the random number of each rank must be below
const PLACE: u32 = OWN + 4u;
const STREAM: u32 = OWN + 5u; // two words
const QUAD: u32 = OWN + 7u; // number of the tile's first counter

const THREADS: u32 = 128u;
const DIGITS: u32 = 16u;

var<workgroup> counts: array<u32, THREADS * DIGITS>; // [digit][thread]
var<workgroup> sums: array<u32, THREADS>;
var<workgroup> odd_row: atomic<u32>;
var<workgroup> skip: u32;

/// Writes the keys of a row, and the order as it is. @returns whether the row is for the kernel
fn read_row(row: u32, keys: u32, order: u32, thread: u32) -> bool {
  let groups = words[LENGTH] / 8u;
  if (thread == 0u) {
    atomicStore(&odd_row, 0u);
  }
  workgroupBarrier();
  odd_one = false;
  for (var g = thread; g < groups; g += THREADS) {
    read_group(row * groups + g);
    let even = magnitude_of(deltas[0].even);
    let odd = magnitude_of(deltas[0].odd);
    for (var l = 0u; l < 4u; l++) {
      let at = 8u * g + 2u * l;
      scratch[keys + at] = even[l];
      scratch[keys + at + 1u] = odd[l];
      scratch[order + at] = at;
      scratch[order + at + 1u] = at + 1u;
    }
  }
  if (odd_one) {
    atomicStore(&odd_row, 1u);
  }
  storageBarrier();
  workgroupBarrier();
  if (thread == 0u) {
    skip = atomicLoad(&odd_row);
  }
  return workgroupUniformLoad(&skip) == 0u;
}

/// Turns the counts into the place of each thread's first element of each digit.
fn place_digits(thread: u32) {
  var own = 0u;
  for (var i = 0u; i < DIGITS; i++) {
    own += counts[thread * DIGITS + i];
  }
  sums[thread] = own;
  workgroupBarrier();
  for (var step = 1u; step < THREADS; step *= 2u) {
    var before = 0u;
    if (thread >= step) {
      before = sums[thread - step];
    }
    workgroupBarrier();
    sums[thread] += before;
    workgroupBarrier();
  }
  var place = sums[thread] - own;
  for (var i = 0u; i < DIGITS; i++) {
    let at = thread * DIGITS + i;
    let count = counts[at];
    counts[at] = place;
    place += count;
  }
  workgroupBarrier();
}

/// Sorts by one digit, from one order to the other. @returns whether they were in order already, as all have the same
fn sort_digit(keys: u32, from_order: u32, to_order: u32, shift: u32, thread: u32) -> bool {
  let length = words[LENGTH];
  let stretch = (length + THREADS - 1u) / THREADS;
  let begin = min(length, thread * stretch);
  let end = min(length, begin + stretch);
  for (var digit = 0u; digit < DIGITS; digit++) {
    counts[digit * THREADS + thread] = 0u;
  }
  for (var i = begin; i < end; i++) {
    let digit = (scratch[keys + scratch[from_order + i]] >> shift) & 15u;
    counts[digit * THREADS + thread] += 1u;
  }
  workgroupBarrier();
  place_digits(thread);
  if (thread == 0u) {
    let digit = (scratch[keys + scratch[from_order]] >> shift) & 15u;
    var next = length;
    if (digit < DIGITS - 1u) {
      next = counts[(digit + 1u) * THREADS];
    }
    skip = select(0u, 1u, next - counts[digit * THREADS] == length);
  }
  if (workgroupUniformLoad(&skip) == 1u) {
    return true;
  }
  for (var i = begin; i < end; i++) {
    let element = scratch[from_order + i];
    let digit = (scratch[keys + element] >> shift) & 15u;
    let at = digit * THREADS + thread;
    scratch[to_order + counts[at]] = element;
    counts[at] += 1u;
  }
  storageBarrier();
  workgroupBarrier();
  return false;
}

/// Draws the numbers of a row's elements; `limits` has what each must be below.
fn draw_row(row: u32, limits: u32, thread: u32) {
  let groups = words[LENGTH] / 8u;
  let key = vec2(words[STREAM], words[STREAM + 1u]);
  for (var g = thread; g < groups; g += THREADS) {
    let group = row * groups + g;
    var bits = 0u;
    for (var half = 0u; half < 2u; half++) {
      let drawn = philox(vec4(words[QUAD] + 2u * group + half, 0u, words[PLACE], 0u), key);
      for (var i = 0u; i < 4u; i++) {
        let e = 4u * half + i;
        bits |= select(0u, 1u << e, drawn[i] < scratch[limits + 8u * g + e]);
      }
    }
    atomicOr(&mask[group / 4u], bits << (8u * (group % 4u)));
  }
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let length = words[LENGTH];
  let slot = workgroup.y * words[UNITS_PER_ROW] + workgroup.x;
  if (slot >= words[SLOTS]) {
    return;
  }
  let keys = slot * 3u * length;
  for (var row = slot; row < words[ROWS]; row += words[SLOTS]) {
    var from_order = keys + length;
    var to_order = from_order + length;
    if (!read_row(row, keys, from_order, thread)) {
      if (thread == 0u) {
        flags[row] = 1u;
      }
      continue;
    }
    for (var shift = 0u; shift < 32u; shift += 4u) {
      if (!sort_digit(keys, from_order, to_order, shift, thread)) {
        let sorted = to_order;
        to_order = from_order;
        from_order = sorted;
      }
    }
    for (var rank = thread; rank < length; rank += THREADS) {
      scratch[keys + scratch[from_order + rank]] = words[words[LIMITS] + rank];
    }
    storageBarrier();
    workgroupBarrier();
    draw_row(row, keys, thread);
    storageBarrier();
    workgroupBarrier();
  }
}
