// gram: partial sums of the inner products of up to four inputs, and of their elements. The specification is
// src/engine/reference.ts; the order of every addition below is part of it.
//
// Grid: a workgroup of 64 strands for each block of 16384 elements; blocks are numbered along x, then y.
// In front of this page: dtype.wgsl, and
//   const INPUTS: u32      1 to 4
//   const HAS_ORIGIN: bool whether vectors are differences from an origin
// For INPUTS vectors there are COLUMNS = INPUTS * (INPUTS + 1) / 2 + INPUTS + 1 columns: pairs (0 0, 0 1, .., 1 1, ..), sums, and the
// bits of the strand's largest magnitude over all inputs.

struct Request {
  block_count: u32,
  group_count: u32,   // groups of 8 elements in the tile
  blocks_per_row: u32, // blocks along x
  _unused: u32,
  // offset in the arena in units of 16 bytes, dtype, rounding, 1 where the vector is not a difference
  inputs: array<vec4<u32>, 4>,
  origin: vec4<u32>,
}

@group(0) @binding(0) var<storage, read> arena: array<vec4<u32>>;
@group(0) @binding(1) var<uniform> request: Request;
@group(0) @binding(2) var<storage, read_write> partials: array<u32>; // [block][column][strand], F32 bits

const STRANDS: u32 = 64u;
const ROUNDS: u32 = 32u;
const COLUMNS: u32 = INPUTS * (INPUTS + 1u) / 2u + INPUTS + 1u;
// The bits of 2^-55: smaller elements count as 0.
const TINY: u32 = (127u - 55u) << 23u;

struct Values {
  even: vec4<f32>,
  odd: vec4<f32>,
  largest: vec4<u32>,
}

fn tame(bits: vec4<u32>) -> vec4<f32> {
  let magnitude = bits & vec4(MAGNITUDE);
  // Wild values are left out too: their block's sums are not used, and no arithmetic meets an infinity.
  return bitcast<vec4<f32>>(select(vec4(0u), bits, (magnitude >= vec4(TINY)) & (magnitude < vec4(WILD))));
}

fn values_at(input: vec4<u32>, index: u32) -> Values {
  var group: Group;
  if (input.y == F32) {
    let at = input.x + 2u * index;
    group = decode_group(arena[at], arena[at + 1u], input.y, input.z);
  } else {
    group = decode_group(arena[input.x + index], vec4(0u), input.y, input.z);
  }
  let largest = max(group.even & vec4(MAGNITUDE), group.odd & vec4(MAGNITUDE));
  return Values(tame(group.even), tame(group.odd), largest);
}

fn vector_at(input: vec4<u32>, index: u32, origin: Values) -> Values {
  var values = values_at(input, index);
  if (HAS_ORIGIN && input.w == 0u) {
    values.even -= origin.even;
    values.odd -= origin.odd;
  }
  return values;
}

fn store(block: u32, column: u32, strand: u32, lanes: vec4<f32>) {
  partials[(block * COLUMNS + column) * STRANDS + strand] = bitcast<u32>((lanes.x + lanes.y) + (lanes.z + lanes.w));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) strand: u32) {
  let block = workgroup.y * request.blocks_per_row + workgroup.x;
  if (block >= request.block_count) {
    return;
  }
  var p00 = vec4<f32>(); var p01 = vec4<f32>(); var p02 = vec4<f32>(); var p03 = vec4<f32>();
  var p11 = vec4<f32>(); var p12 = vec4<f32>(); var p13 = vec4<f32>();
  var p22 = vec4<f32>(); var p23 = vec4<f32>();
  var p33 = vec4<f32>();
  var s0 = vec4<f32>(); var s1 = vec4<f32>(); var s2 = vec4<f32>(); var s3 = vec4<f32>();
  var largest = vec4<u32>();

  for (var round = 0u; round < ROUNDS; round++) {
    let index = (block * ROUNDS + round) * STRANDS + strand;
    if (index >= request.group_count) {
      break;
    }
    var origin: Values;
    if (HAS_ORIGIN) {
      origin = values_at(request.origin, index);
      largest = max(largest, origin.largest);
    }
    let a = vector_at(request.inputs[0], index, origin);
    largest = max(largest, a.largest);
    p00 += a.even * a.even;
    p00 += a.odd * a.odd;
    s0 += a.even;
    s0 += a.odd;
    if (INPUTS > 1u) {
      let b = vector_at(request.inputs[1], index, origin);
      largest = max(largest, b.largest);
      p01 += a.even * b.even;
      p01 += a.odd * b.odd;
      p11 += b.even * b.even;
      p11 += b.odd * b.odd;
      s1 += b.even;
      s1 += b.odd;
      if (INPUTS > 2u) {
        let c = vector_at(request.inputs[2], index, origin);
        largest = max(largest, c.largest);
        p02 += a.even * c.even;
        p02 += a.odd * c.odd;
        p12 += b.even * c.even;
        p12 += b.odd * c.odd;
        p22 += c.even * c.even;
        p22 += c.odd * c.odd;
        s2 += c.even;
        s2 += c.odd;
        if (INPUTS > 3u) {
          let d = vector_at(request.inputs[3], index, origin);
          largest = max(largest, d.largest);
          p03 += a.even * d.even;
          p03 += a.odd * d.odd;
          p13 += b.even * d.even;
          p13 += b.odd * d.odd;
          p23 += c.even * d.even;
          p23 += c.odd * d.odd;
          p33 += d.even * d.even;
          p33 += d.odd * d.odd;
          s3 += d.even;
          s3 += d.odd;
        }
      }
    }
  }

  var column = 0u;
  store(block, column, strand, p00); column++;
  if (INPUTS > 1u) { store(block, column, strand, p01); column++; }
  if (INPUTS > 2u) { store(block, column, strand, p02); column++; }
  if (INPUTS > 3u) { store(block, column, strand, p03); column++; }
  if (INPUTS > 1u) { store(block, column, strand, p11); column++; }
  if (INPUTS > 2u) { store(block, column, strand, p12); column++; }
  if (INPUTS > 3u) { store(block, column, strand, p13); column++; }
  if (INPUTS > 2u) { store(block, column, strand, p22); column++; }
  if (INPUTS > 3u) { store(block, column, strand, p23); column++; }
  if (INPUTS > 3u) { store(block, column, strand, p33); column++; }
  store(block, column, strand, s0); column++;
  if (INPUTS > 1u) { store(block, column, strand, s1); column++; }
  if (INPUTS > 2u) { store(block, column, strand, s2); column++; }
  if (INPUTS > 3u) { store(block, column, strand, s3); column++; }
  let most = max(max(largest.x, largest.y), max(largest.z, largest.w));
  partials[(block * COLUMNS + column) * STRANDS + strand] = most;
}
