import { magnitudeBits } from '../../engine/elementwise/keep.ts'
import { differences, keysOf } from '../../engine/elementwise/keys.ts'
import { limitOf, randomNumbers, randomStream } from '../../engine/elementwise/philox.ts'
import { rowDivergences } from '../../engine/elementwise/rows.ts'
import { innerCoefficients } from '../../plan/inner-coefficients.ts'
import type { ElementRule, MaskRule, RowRule, SparseRule } from '../../plan/plan.ts'

/** One whole tensor, of which a stage makes the result. */
export interface PlainTensor {
  readonly name: string
  /** Elements of a row; a vector is one row. */
  readonly rowLength: number
}

/**
 * The result of an element-wise stage the slow, plain way: whole tensors in memory, sorted where something is selected, and all sums in
 * float64. It shares with the merge what the choices are made by (F32 differences and keys, random numbers) and the formulas of the row-wise
 * coefficients, and none of the kernels, counts and tiles.
 */
export function plainElements(rule: ElementRule, operands: readonly Float64Array[], tensor: PlainTensor): Float64Array {
  switch (rule.method) {
    case 'nuslerp-rows':
    case 'model_stock-rows':
      return plainRows(rule, operands, tensor)
    case 'nearswap':
    case 'sce':
    case 'arcee_fusion':
    case 'ram':
    case 'ramplus_tl':
      return plainMask(rule, operands, tensor)
    default:
      return plainSparse(rule, operands, tensor)
  }
}

function plainSparse(rule: SparseRule, operands: readonly Float64Array[], tensor: PlainTensor): Float64Array {
  const base = operands[0] ?? new Float64Array(0)
  const elects = ['ties', 'dare_ties', 'della', 'breadcrumbs_ties'].includes(rule.method)
  const terms = deltasOf(operands).map((delta, k) => {
    const density = rule.densities[k] ?? 1
    const kept = density >= 1 ? delta.map(() => 1) : keptBy(rule, k, delta, tensor)
    const magnitude = (mask: Float64Array | null) =>
      delta.reduce((sum, d, e) => sum + (mask === null ? 1 : (mask[e] ?? 0)) * Math.abs(d), 0)
    const [all, rest] = [magnitude(null), magnitude(kept)]
    const scale = rule.rescale && density < 1 && all >= 1e-7 && rest >= 1e-7 ? all / rest : 1
    return delta.map((d, e) => d * (kept[e] ?? 0) * scale * (rule.weights[k] ?? 0))
  })
  return base.map((b, e) => {
    const votes = terms.reduce((sum, term) => sum + (term[e] ?? 0), 0)
    let [sum, divisor] = [0, 0]
    for (const [k, term] of terms.entries()) {
      const value = term[e] ?? 0
      if (elects && Math.sign(value) !== (votes >= 0 ? 1 : -1)) continue
      sum += value
      divisor += rule.weights[k] ?? 0
    }
    if (!rule.normalize || (elects ? divisor === 0 : Math.abs(divisor) < 1e-8)) divisor = 1
    return b + (rule.lambda * sum) / divisor
  })
}

function deltasOf([base = new Float64Array(0), ...others]: readonly Float64Array[]): Float64Array[] {
  return others.map((other) => other.map((x, e) => Math.fround(x - (base[e] ?? 0))))
}

/** 1 for elements that stay, 0 for others. */
function keptBy(rule: SparseRule, k: number, delta: Float64Array, { name, rowLength }: PlainTensor): Float64Array {
  const kept = new Float64Array(delta.length)
  const density = rule.densities[k] ?? 1
  const n = delta.length
  if (rule.method === 'dare_linear' || rule.method === 'dare_ties') {
    const numbers = randomNumbers(randomStream(name, rule.seed), k, 0, n)
    return kept.map((_, e) => ((numbers[e] ?? 0) < limitOf(density) ? 1 : 0))
  }
  if (rule.method === 'della' || rule.method === 'della_linear') {
    if (density <= 0) return kept
    const numbers = randomNumbers(randomStream(name, rule.seed), k, 0, n)
    const epsilon = rule.epsilons?.[k] ?? 0
    for (let from = 0; from < n; from += rowLength) {
      const order = ascending(delta.subarray(from, from + rowLength))
      for (const [rank, at] of order.entries()) {
        const p = order.length < 2 ? density : density - epsilon + (rank * 2 * epsilon) / (order.length - 1)
        if ((numbers[from + at] ?? 0) < limitOf(p)) kept[from + at] = 1
      }
    }
    return kept
  }
  const stay = Math.trunc(Math.max(0, density) * n)
  // Of equal magnitudes the lower indices stay.
  if (rule.gammas === undefined) return largest(delta, stay)
  const top = Math.min(Math.trunc((rule.gammas[k] ?? 0) * n), n - stay)
  for (const at of ascending(delta).slice(n - stay - top, n - top)) kept[at] = 1
  return kept
}

/** 1 for the `count` largest magnitudes, of equal ones for the lower places. */
function largest(values: Float64Array | Float32Array, count: number): Float64Array {
  const magnitudes = Float64Array.from(values, Math.abs)
  const limit = magnitudes.slice().sort()[magnitudes.length - count] ?? Number.POSITIVE_INFINITY
  let equal = count - magnitudes.filter((magnitude) => magnitude > limit).length
  return magnitudes.map((magnitude) => (magnitude > limit || (magnitude === limit && equal-- > 0) ? 1 : 0))
}

/** Places in ascending order of magnitude, equal ones as they come. */
function ascending(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => Math.abs(values[a] ?? 0) - Math.abs(values[b] ?? 0) || a - b)
}

function plainMask(rule: MaskRule, operands: readonly Float64Array[], { rowLength }: PlainTensor): Float64Array {
  const [base = new Float64Array(0), other = base] = operands
  const deltas = deltasOf(operands)
  switch (rule.method) {
    case 'nearswap':
      return base.map((b, e) => {
        const d = deltas[0]?.[e] ?? 0
        return Math.abs(d) > Math.fround(rule.t) ? b + Math.sign(d) * rule.t : (other[e] ?? 0)
      })
    case 'sce':
      return plainSce(rule.selectTopk, base, deltas)
    case 'arcee_fusion': {
      const [b, x] = [Float32Array.from(base), Float32Array.from(other)]
      const factors = rowDivergences(x, b, rowLength)
      const [keys = b] = keysOf(differences([b, x]), { of: 'importance', factors, rowLength }, 0)
      const sorted = keys.slice().sort()
      const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
      const threshold = at(0.5) + 1.5 * (at(0.75) - at(0.25))
      return base.map((value, e) => ((keys[e] ?? 0) >= Math.fround(threshold) ? (other[e] ?? 0) : value))
    }
    default:
      return plainRam(rule, base, deltas)
  }
}

function plainSce(selectTopk: number, base: Float64Array, deltas: readonly Float64Array[]): Float64Array {
  const [variances = new Float32Array(0)] = keysOf(
    deltas.map((delta) => Float32Array.from(delta)),
    { of: 'variance' },
    0,
  )
  const varying = variances.filter((variance) => variance !== 0).length
  const kept = selectTopk >= 1 ? null : largest(variances, Math.trunc(Math.abs(selectTopk) * varying))
  const masked = deltas.map((delta) => delta.map((d, e) => (kept === null || kept[e] === 1 ? d : 0)))
  const energies = masked.map((delta) => delta.reduce((sum, d) => sum + d * d, 0))
  const total = energies.reduce((a, b) => a + b, 0)
  return base.map((b, e) => {
    const positive = masked.reduce((sum, delta) => sum + (delta[e] ?? 0), 0) >= 0
    let [sum, divisor] = [0, 0]
    for (const [k, delta] of masked.entries()) {
      const d = delta[e] ?? 0
      if (Math.sign(d) !== (positive ? 1 : -1)) continue
      const weight = total === 0 ? 1 / masked.length : (energies[k] ?? 0) / total
      sum += weight * d
      divisor += weight
    }
    return b + sum / (divisor === 0 ? 1 : divisor)
  })
}

function plainRam(
  rule: Extract<MaskRule, { method: 'ram' | 'ramplus_tl' }>,
  base: Float64Array,
  deltas: readonly Float64Array[],
): Float64Array {
  const limit = magnitudeBits(rule.epsilon)
  const contributors = Array.from(base, (_, e) =>
    deltas.flatMap((d, k) => (magnitudeBits(d[e] ?? 0) > limit ? [k] : [])),
  )
  const alone = deltas.map((_, k) => {
    if (rule.method === 'ram') return 1
    const shared = contributors.filter((of) => of.length > 1 && of.includes(k)).length
    const unique = contributors.filter((of) => of.length === 1 && of[0] === k).length
    return 1 + rule.r * Math.min(rule.alpha, Math.max(0, shared / Math.max(unique, rule.epsilon)))
  })
  return base.map((b, e) => {
    const of = contributors[e] ?? []
    const sum = of.reduce((total, k) => total + (deltas[k]?.[e] ?? 0), 0)
    if (of.length === 0) return b
    return b + (of.length === 1 ? sum * (alone[of[0] ?? 0] ?? 1) : sum / of.length)
  })
}

function plainRows(rule: RowRule, operands: readonly Float64Array[], { rowLength }: PlainTensor): Float64Array {
  const [base = new Float64Array(0)] = operands
  const based = rule.method === 'model_stock-rows' || rule.based
  const columns = rule.method === 'nuslerp-rows' && rule.along === 'columns' && rowLength < base.length
  const vectors = columns ? rowLength : base.length / rowLength
  const result = new Float64Array(base.length)
  const whole =
    rule.method === 'model_stock-rows'
      ? ({ method: 'model_stock' } as const)
      : ({ method: 'nuslerp', weights: rule.weights, based: rule.based } as const)
  const moved = based ? [base, ...deltasOf(operands)] : operands
  for (let vector = 0; vector < vectors; vector++) {
    const places = columns
      ? Array.from({ length: base.length / rowLength }, (_, row) => row * rowLength + vector)
      : Array.from({ length: rowLength }, (_, e) => vector * rowLength + e)
    const inner = moved.flatMap((u) => moved.map((v) => places.reduce((sum, e) => sum + (u[e] ?? 0) * (v[e] ?? 0), 0)))
    const { coefficients } = innerCoefficients(whole, Float64Array.from(inner))
    for (const e of places) result[e] = operands.reduce((sum, x, k) => sum + (coefficients[k] ?? 0) * (x[e] ?? 0), 0)
  }
  return result
}
