// sum: partial sums of the magnitudes, or squares, of each difference: of all elements, and of those that stay. The specification is
// src/engine/elementwise/reference-sum.ts; the order of every addition is part of it.
//
// Grid: a workgroup of 64 strands for each block of 16384 elements; blocks are numbered along x, then y. A block that meets a value of
// 2^56 or more, or a very small one, sets its flag, and the CPU sums it.
// In front of this page: dtype.wgsl and elements.wgsl

@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [block][difference][all, kept][strand]
@group(0) @binding(3) var<storage, read_write> flags: array<u32>; // one a block, zero at the start

const SQUARES: u32 = OWN;
const BLOCKS: u32 = OWN + 1u;
// The bits of 2^-55: smaller differences count as 0.
const TINY: u32 = (127u - 55u) << 23u;

fn term(delta: vec4<f32>) -> vec4<f32> {
  let m = magnitude_of(delta);
  let x = bitcast<vec4<f32>>(select(m, vec4(0u), m < vec4(TINY)));
  if (words[SQUARES] == 1u) {
    return exact(x * x);
  }
  return x;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) strand: u32) {
  let block = workgroup.y * words[UNITS_PER_ROW] + workgroup.x;
  if (block >= words[BLOCKS]) {
    return;
  }
  var all: array<vec4<f32>, DIFFERENCES>;
  var stayed: array<vec4<f32>, DIFFERENCES>;
  for (var round = 0u; round < 32u; round++) {
    let index = (block * 32u + round) * 64u + strand;
    if (index >= words[GROUP_COUNT]) {
      break;
    }
    read_group(index);
    var bits: Group;
    if (words[KEY] != KEY_DIFFERENCES) {
      bits = key_of(0u, index);
    }
    for (var k = 0u; k < DIFFERENCES; k++) {
      if (words[KEY] == KEY_DIFFERENCES) {
        bits = key_of(k, index);
      }
      let kept = kept_of(k, bits, index);
      let even = term(deltas[k].even);
      let odd = term(deltas[k].odd);
      all[k] = sum(sum(all[k], even), odd);
      stayed[k] = sum(sum(stayed[k], select(vec4<f32>(), even, kept.even)), select(vec4<f32>(), odd, kept.odd));
    }
  }
  for (var k = 0u; k < DIFFERENCES; k++) {
    let at = ((block * DIFFERENCES + k) * 2u) * 64u + strand;
    partials[at] = lanes_sum(all[k]);
    partials[at + 64u] = lanes_sum(stayed[k]);
  }
  if (odd_one) {
    flags[block] = 1u;
  }
}
