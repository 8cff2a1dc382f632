// blend: a program of stages, each a linear combination of inputs and earlier stages, rounded. The specification is
// src/engine/blend-elements.ts.
//
// Grid: an invocation for each group of 8 elements, 128 a workgroup (1024 elements); workgroups are numbered along x, then y.
// In front of this page: dtype.wgsl, and
//   const OPERANDS: u32  at least the number of inputs and stages
// Operands are held times 2^64, so that no number here is subnormal. A workgroup that meets a value of 2^56 or more, an infinity or a
// NaN sets its flag, and the CPU does its elements again.

@group(0) @binding(0) var<storage, read> arena: array<vec4<u32>>;
// Row 0: number of inputs, number of stages, number of groups, workgroups along x. Then a row for each input: offset in the arena in
// units of 16 bytes, dtype, rounding. Then for each stage a row: number of terms, exponent k (i32), dtype, 1 for a copy; followed by a row
// for each term: operand, high part, low part (F32 bits).
@group(0) @binding(1) var<storage, read> program: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> output: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> flags: array<atomic<u32>>; // one a workgroup, zero at the start

const UP: u32 = 64u;
// Exponent field from which on a scaled value is wild.
const SCALED_WILD: u32 = 127u + 56u + UP;

var<private> even: array<vec4<f32>, OPERANDS>;
var<private> odd: array<vec4<f32>, OPERANDS>;
var<private> wild: bool = false;

/// F32 bits times 2^64, exact.
fn scale_up(bits: vec4<u32>) -> vec4<f32> {
  let magnitude = bits & vec4(MAGNITUDE);
  wild = wild || any(magnitude >= vec4(WILD));
  // A subnormal value is its fraction in units of 2^-149: 2^-85 here.
  let subnormal = bitcast<vec4<u32>>(vec4<f32>(magnitude & vec4(0x7fffffu)) * bitcast<f32>((127u - 85u) << 23u));
  let scaled = select(magnitude + vec4(UP << 23u), subnormal, magnitude < vec4(0x800000u));
  return bitcast<vec4<f32>>((bits & vec4(SIGN)) | select(scaled, vec4(0u), magnitude >= vec4(WILD)));
}

/// A sum times 2^k, rounded to the stage's dtype. -0 only comes out of a copy.
fn finish(sum: vec4<f32>, k: i32, dtype: u32, copied: vec4<f32>, is_copy: bool) -> vec4<f32> {
  let bits = bitcast<vec4<u32>>(sum);
  let magnitude = bits & vec4(MAGNITUDE);
  let exponent = vec4<i32>(magnitude >> vec4(23u)) + vec4(k);
  // No sum is subnormal; what 2^k moves out of F32's range is far below half a step of any dtype.
  let gone = (magnitude < vec4(0x800000u)) | (exponent < vec4(1));
  let too_large = exponent >= vec4(i32(SCALED_WILD));
  wild = wild || any(!gone & too_large);
  let moved = (vec4<u32>(exponent) << vec4(23u)) | (magnitude & vec4(0x7fffffu));
  let kept = select(moved, vec4(0u), gone | too_large);
  let rounded = round_magnitude(kept, dropped_bits(dtype), smallest_exponent(dtype) + UP);
  let limit = select(SCALED_WILD, 143u + UP, dtype == F16);
  wild = wild || any(rounded >= vec4(limit << 23u));
  let sign = select(bits & vec4(SIGN), vec4(0u), rounded == vec4(0u));
  let copied_sign = bitcast<vec4<u32>>(copied) & vec4(SIGN);
  return bitcast<vec4<f32>>(rounded | select(sign, copied_sign, vec4(is_copy)));
}

/// The stored bits of a rounded value.
fn pack(value: vec4<f32>, dtype: u32) -> vec4<u32> {
  let bits = bitcast<vec4<u32>>(value);
  let magnitude = bits & vec4(MAGNITUDE);
  let dropped = dropped_bits(dtype);
  let smallest = smallest_exponent(dtype) + UP;
  let exponent = magnitude >> vec4(23u);
  let normal = (magnitude >> vec4(dropped)) - vec4((smallest - 1u) << (23u - dropped));
  var stored = normal;
  if (any(exponent < vec4(smallest))) {
    let significand = (magnitude & vec4(0x7fffffu)) | vec4(0x800000u);
    let shift = min(vec4(dropped + smallest) - min(exponent, vec4(smallest)), vec4(31u));
    stored = select(normal, significand >> shift, exponent < vec4(smallest));
  }
  let sign_bit = select(16u, 0u, dtype == F32);
  return stored | ((bits & vec4(SIGN)) >> vec4(sign_bit));
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let head = program[0];
  let unit = workgroup.y * head.w + workgroup.x;
  let index = unit * 128u + local;
  if (index >= head.z) {
    return;
  }
  var row = 1u;
  for (var i = 0u; i < head.x; i++) {
    let input = program[row];
    row++;
    var group: Group;
    if (input.y == F32) {
      let at = input.x + 2u * index;
      group = decode_group(arena[at], arena[at + 1u], input.y, input.z);
    } else {
      group = decode_group(arena[input.x + index], vec4(0u), input.y, input.z);
    }
    even[i] = scale_up(group.even);
    odd[i] = scale_up(group.odd);
  }
  var dtype = F32;
  for (var s = 0u; s < head.y; s++) {
    let stage = program[row];
    row++;
    var even_high = vec4<f32>(); var odd_high = vec4<f32>();
    var even_low = vec4<f32>(); var odd_low = vec4<f32>();
    var operand = 0u;
    for (var i = 0u; i < stage.x; i++) {
      let term = program[row];
      row++;
      operand = term.x;
      let high = bitcast<f32>(term.y);
      let low = bitcast<f32>(term.z);
      even_high += high * even[operand];
      odd_high += high * odd[operand];
      even_low += low * even[operand];
      odd_low += low * odd[operand];
    }
    dtype = stage.z;
    let k = bitcast<i32>(stage.y);
    let is_copy = stage.w == 1u;
    let result = head.x + s;
    even[result] = finish(even_high + even_low, k, dtype, even[operand], is_copy);
    odd[result] = finish(odd_high + odd_low, k, dtype, odd[operand], is_copy);
  }
  let last = head.x + head.y - 1u;
  let e = pack(even[last], dtype);
  let o = pack(odd[last], dtype);
  if (dtype == F32) {
    output[2u * index] = vec4(e.x, o.x, e.y, o.y);
    output[2u * index + 1u] = vec4(e.z, o.z, e.w, o.w);
  } else {
    output[index] = e | (o << vec4(16u));
  }
  if (wild) {
    atomicStore(&flags[unit], 1u);
  }
}
