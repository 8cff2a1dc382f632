// count: how many keys of a tile have which bits. The specification is src/engine/elementwise/reference-count.ts.
//
// Grid: an invocation for each group of 8 elements, 128 a workgroup (1024 elements); workgroups are numbered along x, then y. A workgroup
// that meets a value of 2^56 or more, or a very small one, counts nothing and sets its flag, and the CPU counts its elements.
// In front of this page: dtype.wgsl and elements.wgsl

@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>; // zero at the start
@group(0) @binding(3) var<storage, read_write> flags: array<u32>; // one a workgroup

// Own words of the table.
const WHAT: u32 = OWN; // 0 by prefix, 1 below prefixes, 2 equal, 3 above, 4 within brackets
const WANTED: u32 = OWN + 1u; // where the wanted numbers lie: see below
const BLOCKS: u32 = OWN + 2u; // blocks of 16384 elements

var<workgroup> is_odd: atomic<u32>;

fn count_one(k: u32, bits: u32, index: u32) {
  let what = words[WHAT];
  if (what == 0u) {
    atomicAdd(&counts[k * 65536u + (bits >> 15u)], 1u);
  } else if (what == 1u) {
    // For each key: the row of its first prefix, how many it has, and where they lie.
    let row = words[WANTED] + 3u * k;
    for (var p = 0u; p < words[row + 1u]; p++) {
      if (bits >> 15u == words[words[row + 2u] + p]) {
        atomicAdd(&counts[(words[row] + p) * 32768u + (bits & 0x7fffu)], 1u);
      }
    }
  } else if (bits == words[words[WANTED] + k]) {
    atomicAdd(&counts[k * words[BLOCKS] + index / 2048u], 1u);
  }
}

// The first `present` elements of group `index` and key k. For each key: how many brackets it has, and where they lie; of each its low and
// high bits, the place of its counts, how many single bits it has and where they lie, and its room.
fn count_within(k: u32, group: Group, present: u32) {
  let row = words[WANTED] + 2u * k;
  for (var p = 0u; p < words[row]; p++) {
    let bracket = words[row + 1u] + 6u * p;
    let place = words[bracket + 2u];
    let singles = words[bracket + 3u];
    var above = 0u;
    for (var e = 0u; e < present; e++) {
      let bits = select(group.even[e / 2u], group.odd[e / 2u], (e & 1u) == 1u);
      if (bits > words[bracket + 1u]) {
        above++;
      } else if (bits >= words[bracket]) {
        var s = 0u;
        while (s < singles && words[words[bracket + 4u] + s] != bits) {
          s++;
        }
        if (s < singles) {
          atomicAdd(&counts[place + 2u + s], 1u);
        } else {
          let found = atomicAdd(&counts[place + 1u], 1u);
          if (found < words[bracket + 5u]) {
            atomicStore(&counts[place + 2u + singles + found], bits);
          }
        }
      }
    }
    if (above > 0u) {
      atomicAdd(&counts[place], above);
    }
  }
}

fn count_shared(taken: u32) {
  let several = countOneBits(taken) > 1u;
  for (var k = 0u; k < DIFFERENCES; k++) {
    if ((taken & (1u << k)) != 0u) {
      atomicAdd(&counts[2u * k + select(1u, 0u, several)], 1u);
    }
  }
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let unit = workgroup.y * words[UNITS_PER_ROW] + workgroup.x;
  let index = unit * 128u + local;
  let is_there = index < words[GROUP_COUNT];
  var keys: array<Group, DIFFERENCES>;
  let key_count = select(1u, DIFFERENCES, words[KEY] == KEY_DIFFERENCES);
  if (is_there) {
    read_group(index);
    for (var k = 0u; k < DIFFERENCES; k++) {
      if (k < key_count) {
        keys[k] = key_of(k, index);
      }
    }
    if (odd_one) {
      atomicStore(&is_odd, 1u);
    }
  }
  workgroupBarrier();
  let skip = atomicLoad(&is_odd) != 0u;
  if (skip && local == 0u) {
    flags[unit] = 1u;
  }
  if (!is_there || skip) {
    return;
  }
  if (words[WHAT] == 4u) {
    for (var k = 0u; k < DIFFERENCES; k++) {
      if (k < key_count) {
        count_within(k, keys[k], min(8u, words[ELEMENT_COUNT] - 8u * index));
      }
    }
    return;
  }
  for (var e = 0u; e < 8u; e++) {
    if (8u * index + e >= words[ELEMENT_COUNT]) {
      break;
    }
    var taken = 0u;
    for (var k = 0u; k < DIFFERENCES; k++) {
      if (k < key_count) {
        let half = e / 2u;
        let bits = select(keys[k].even[half], keys[k].odd[half], (e & 1u) == 1u);
        if (words[WHAT] == 3u) {
          taken |= select(0u, 1u << k, bits > words[words[WANTED]]);
        } else {
          count_one(k, bits, index);
        }
      }
    }
    if (words[WHAT] == 3u) {
      count_shared(taken);
    }
  }
}
