// map: what an element-wise rule makes of each element, rounded. The specification is src/engine/elementwise/reference-map.ts.
//
// Grid: an invocation for each group of 8 elements, 128 a workgroup (1024 elements); workgroups are numbered along x, then y. A workgroup
// that meets a value of 2^56 or more, or a very small one, sets its flag, and the CPU does its elements again.
// In front of this page: dtype.wgsl and elements.wgsl, and
//   const RULE: u32  0 mix, 1 near, 2 fuse, 3 rows

@group(0) @binding(2) var<storage, read_write> output: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> flags: array<atomic<u32>>; // one a workgroup, zero at the start

// Own words of the table.
const ROUND: u32 = OWN;
const VOTE: u32 = OWN + 1u; // 0 none, 1 kept, 2 scaled, 3 plain
const FACTORS: u32 = OWN + 2u; // by the set of differences that take part, or one
const FACTOR_COUNT: u32 = OWN + 3u;
const SCALES: u32 = OWN + 4u;
const LIMIT: u32 = OWN + 5u; // t, as an F32, or the threshold, as bits
const COEFFICIENTS: u32 = OWN + 6u;
const COLUMNS: u32 = OWN + 7u; // 1 where coefficients go along columns
const FIRST_GROUP: u32 = OWN + 8u; // of the tile, in its row of columns

fn float_at(place: u32) -> f32 {
  return bitcast<f32>(words[place]);
}

fn mixed(index: u32) -> Eight {
  var scaled: array<Eight, DIFFERENCES>;
  var ballots: array<Eight, DIFFERENCES>;
  var taken: array<Kept, DIFFERENCES>;
  var votes = Eight();
  let vote = words[VOTE];
  var bits: Group;
  if (words[KEY] != KEY_DIFFERENCES) {
    bits = key_of(0u, index);
  }
  for (var k = 0u; k < DIFFERENCES; k++) {
    if (words[KEY] == KEY_DIFFERENCES) {
      bits = key_of(k, index);
    }
    let kept = kept_of(k, bits, index);
    let even = select(vec4<f32>(), deltas[k].even, kept.even);
    let odd = select(vec4<f32>(), deltas[k].odd, kept.odd);
    let scale = vec4(float_at(words[SCALES] + k));
    scaled[k] = Eight(product(scale, even), product(scale, odd));
    taken[k] = kept;
    ballots[k] = scaled[k];
    if (vote == 3u) {
      ballots[k] = Eight(even, odd);
    }
    votes = Eight(sum(votes.even, ballots[k].even), sum(votes.odd, ballots[k].odd));
  }
  var total = Eight();
  var even_set = vec4<u32>();
  var odd_set = vec4<u32>();
  for (var k = 0u; k < DIFFERENCES; k++) {
    var part = taken[k];
    if (vote == 0u) {
      part = Kept(vec4(true), vec4(true));
    } else if (vote > 1u) {
      part = Kept(agrees(ballots[k].even, votes.even), agrees(ballots[k].odd, votes.odd));
    }
    total.even = sum(total.even, select(vec4<f32>(), scaled[k].even, part.even));
    total.odd = sum(total.odd, select(vec4<f32>(), scaled[k].odd, part.odd));
    even_set |= select(vec4<u32>(), vec4(1u << k), part.even);
    odd_set |= select(vec4<u32>(), vec4(1u << k), part.odd);
  }
  let even = product(total.even, factors_of(even_set));
  let odd = product(total.odd, factors_of(odd_set));
  return Eight(sum(values[0].even, even), sum(values[0].odd, odd));
}

/// Whether a ballot has the sign of the votes; a sum of 0 counts as positive, a ballot of 0 has no sign.
fn agrees(ballot: vec4<f32>, votes: vec4<f32>) -> vec4<bool> {
  let negative = (bitcast<vec4<u32>>(votes) > vec4(SIGN));
  let is_negative = (bitcast<vec4<u32>>(ballot) & vec4(SIGN)) != vec4(0u);
  return (magnitude_of(ballot) != vec4(0u)) & (is_negative == negative);
}

fn factors_of(members: vec4<u32>) -> vec4<f32> {
  let at = words[FACTORS];
  if (words[FACTOR_COUNT] == 1u) {
    return vec4(float_at(at));
  }
  return vec4(float_at(at + members.x), float_at(at + members.y), float_at(at + members.z), float_at(at + members.w));
}

fn near(difference: vec4<f32>, base: vec4<f32>, other: vec4<f32>) -> vec4<f32> {
  let t = float_at(LIMIT);
  let far = magnitude_of(difference) > vec4(words[LIMIT]);
  let negative = (bitcast<vec4<u32>>(difference) & vec4(SIGN)) != vec4(0u);
  return select(other, sum(base, select(vec4(t), vec4(-t), negative)), far);
}

fn rows(index: u32) -> Eight {
  var total = Eight();
  let row_groups = words[ROW_GROUPS];
  for (var i = 0u; i < INPUTS; i++) {
    var even: vec4<f32>;
    var odd: vec4<f32>;
    if (words[COLUMNS] == 1u) {
      let place = (words[FIRST_GROUP] + index) % row_groups;
      let at = words[COEFFICIENTS] + 8u * (i * row_groups + place);
      even = vec4(float_at(at), float_at(at + 1u), float_at(at + 2u), float_at(at + 3u));
      odd = vec4(float_at(at + 4u), float_at(at + 5u), float_at(at + 6u), float_at(at + 7u));
    } else {
      even = vec4(float_at(words[COEFFICIENTS] + (index / row_groups) * INPUTS + i));
      odd = even;
    }
    total.even = sum(total.even, product(even, values[i].even));
    total.odd = sum(total.odd, product(odd, values[i].odd));
  }
  return total;
}

/// The stored bits of F32 values, rounded; zeros are +0.
fn encode(x: vec4<f32>, dtype: u32) -> vec4<u32> {
  let bits = bitcast<vec4<u32>>(x);
  let m = bits & vec4(MAGNITUDE);
  odd_one = odd_one || any(m >= vec4(INFINITY));
  let dropped = dropped_bits(dtype);
  let smallest = smallest_exponent(dtype);
  var rounded = round_magnitude(min(m, vec4(INFINITY)), dropped, smallest);
  if (dtype == F16) {
    rounded = select(rounded, vec4(INFINITY), rounded >= vec4(143u << 23u));
  }
  var stored = rounded >> vec4(dropped);
  if (dtype == F16) {
    let normal = stored - vec4(112u << 10u);
    let significand = (rounded & vec4(0x7fffffu)) | vec4(0x800000u);
    let shift = min(vec4(dropped + smallest) - min(rounded >> vec4(23u), vec4(smallest)), vec4(31u));
    stored = select(normal, significand >> shift, (rounded >> vec4(23u)) < vec4(smallest));
    stored = select(stored, vec4(0x7c00u), rounded >= vec4(INFINITY));
  }
  let sign_bit = select(16u, 0u, dtype == F32);
  let sign = (bits & vec4(SIGN)) >> vec4(sign_bit);
  return select(stored | sign, vec4(0u), rounded == vec4(0u));
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let unit = workgroup.y * words[UNITS_PER_ROW] + workgroup.x;
  let index = unit * 128u + local;
  if (index >= words[GROUP_COUNT]) {
    return;
  }
  read_group(index);
  var result: Eight;
  if (RULE == 0u) {
    result = mixed(index);
  } else if (RULE == 1u) {
    result.even = near(deltas[0].even, values[0].even, values[1].even);
    result.odd = near(deltas[0].odd, values[0].odd, values[1].odd);
  } else if (RULE == 2u) {
    let bits = key_of(0u, index);
    result.even = select(values[0].even, values[1].even, bits.even >= vec4(words[LIMIT]));
    result.odd = select(values[0].odd, values[1].odd, bits.odd >= vec4(words[LIMIT]));
  } else {
    result = rows(index);
  }
  let dtype = words[ROUND];
  let e = encode(result.even, dtype);
  let o = encode(result.odd, dtype);
  if (dtype == F32) {
    output[2u * index] = vec4(e.x, o.x, e.y, o.y);
    output[2u * index + 1u] = vec4(e.z, o.z, e.w, o.w);
  } else {
    output[index] = e | (o << vec4(16u));
  }
  if (odd_one) {
    atomicStore(&flags[unit], 1u);
  }
}
