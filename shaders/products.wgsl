// products: partial sums of the inner products of the inputs, or of their differences from the base, for each row. The specification is
// tileProducts in src/engine/elementwise/rows.ts; the order of every addition is part of it.
//
// Grid: a workgroup of 64 strands for each block of 16384 elements of a row; the blocks of all rows are numbered along x, then y. A block
// that meets a value of 2^56 or more, or a very small one, sets its flag, and the CPU makes its row's products.
// In front of this page: dtype.wgsl and elements.wgsl, and
//   const PAIRS: u32  0 0, 0 1, .., 1 1, ..: INPUTS * (INPUTS + 1) / 2
//   const BASED: bool whether the others are their differences from the base

@group(0) @binding(2) var<storage, read_write> partials: array<f32>; // [block][pair][strand], of the strands that have a group
@group(0) @binding(3) var<storage, read_write> flags: array<u32>; // one a block, zero at the start

const UNITS: u32 = OWN; // blocks of all rows
const ROW_LENGTH: u32 = OWN + 1u; // in groups
const BLOCKS: u32 = OWN + 2u; // of a row
const STRANDS: u32 = OWN + 3u; // that have a group in a row's first block

fn vector(i: u32) -> Eight {
  if (BASED && i > 0u) {
    return deltas[i - 1u];
  }
  return values[i];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) strand: u32) {
  let unit = workgroup.y * words[UNITS_PER_ROW] + workgroup.x;
  if (unit >= words[UNITS] || strand >= words[STRANDS]) {
    return;
  }
  let row = unit / words[BLOCKS];
  let block = unit % words[BLOCKS];
  var sums: array<vec4<f32>, PAIRS>;
  for (var round = 0u; round < 32u; round++) {
    let group = (block * 32u + round) * 64u + strand;
    if (group >= words[ROW_LENGTH]) {
      break;
    }
    read_group(row * words[ROW_LENGTH] + group);
    var pair = 0u;
    for (var i = 0u; i < INPUTS; i++) {
      let a = vector(i);
      for (var j = i; j < INPUTS; j++) {
        let b = vector(j);
        sums[pair] = sum(sum(sums[pair], product(a.even, b.even)), product(a.odd, b.odd));
        pair++;
      }
    }
  }
  for (var pair = 0u; pair < PAIRS; pair++) {
    partials[(unit * PAIRS + pair) * words[STRANDS] + strand] = lanes_sum(sums[pair]);
  }
  if (odd_one) {
    flags[unit] = 1u;
  }
}
