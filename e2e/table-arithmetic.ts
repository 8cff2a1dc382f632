/**
 * The bytes of a tensor from what the table of tensors says of it and from its inputs, in plain loops. Nothing of `src` is used: the table
 * is judged by whether it holds everything that there is to know.
 */
export interface TableInput {
  readonly model: string
  readonly tensor: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly round: string | null
}

export interface TableStep {
  readonly stage: string | null
  readonly t: number | null
  readonly operands: readonly string[]
  readonly coefficients: readonly (number | null)[]
  readonly rows: number
  readonly round: string
}

export interface TableTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly basis: string
  readonly inputs: readonly TableInput[]
  readonly steps: readonly TableStep[]
  readonly rowsByToken: boolean
}

/** Stored elements of an input, as float64, and their bytes. */
export interface InputElements {
  readonly elements: Float64Array
  readonly bytes: Uint8Array
}

/** Significant bits and smallest normal exponent. */
const FORMATS: Readonly<Record<string, readonly [bits: number, minExponent: number, most: number]>> = {
  F16: [11, -14, 65504],
  BF16: [8, -126, (2 - 2 ** -7) * 2 ** 127],
  F32: [24, -126, (2 - 2 ** -23) * 2 ** 127],
}
/** Significant bits of a part of a coefficient, by the dtype that it multiplies: products then fit into F32. */
const PART_BITS: Readonly<Record<string, number>> = { BF16: 16, F16: 13, F32: 24 }

/** @throws Error where the table does not say everything */
export function bytesFromTable(table: TableTensor, read: (input: TableInput) => InputElements): Uint8Array {
  const [first] = table.inputs
  const count = table.shape.reduce((product, length) => product * length, 1)
  if (table.steps.length === 0) {
    if (first === undefined) throw new Error(`${table.name}: no input to copy`)
    return read(first).bytes.subarray(0, (count * read(first).bytes.length) / read(first).elements.length)
  }
  // Each value is a row of elements and the dtype that they are in; a step in F32 is only its terms, until it is used.
  const values = new Map<string, { readonly elements: Float64Array; readonly dtype: string }>()
  const open = new Map<string, ReadonlyMap<string, number>>()
  for (const [i, input] of table.inputs.entries()) {
    const { elements } = read(input)
    const { round } = input
    const rounded = round === null ? elements : elements.map((value) => nearest(value, round))
    values.set(`x${i}`, { elements: rounded, dtype: round ?? input.dtype })
  }
  for (const [s, step] of table.steps.entries()) {
    const terms = new Map<string, number>()
    for (const [k, operand] of step.operands.entries()) {
      const c = step.coefficients[k]
      if (c === null || c === undefined) throw new Error(`${table.name}: s${s} has no coefficient for ${operand}`)
      for (const [slot, inner] of open.get(operand) ?? new Map([[operand, 1]]))
        terms.set(slot, (terms.get(slot) ?? 0) + c * inner)
    }
    if (step.round === 'F32' && s < table.steps.length - 1) open.set(`s${s}`, terms)
    else values.set(`s${s}`, { elements: stepOf(terms, values, count, step.round), dtype: step.round })
  }
  const result = values.get(`s${table.steps.length - 1}`)
  if (result === undefined || result.dtype !== table.dtype) throw new Error(`${table.name} ends as ${result?.dtype}`)
  return encode(result.elements, table.dtype)
}

type Values = ReadonlyMap<string, { readonly elements: Float64Array; readonly dtype: string }>

/** Sums in F32, the high parts of all coefficients first, then the low ones; rounded once more at the end. */
function stepOf(terms: ReadonlyMap<string, number>, values: Values, count: number, round: string): Float64Array {
  const used = [...terms].filter(([, c]) => c !== 0)
  const of = (name: string) => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`${name} is used before it is there`)
    return value
  }
  const result = new Float64Array(count)
  const [only] = used
  if (used.length === 1 && only?.[1] === 1) {
    const { elements } = of(only[0])
    return result.map((_, e) => nearest(elements[e] ?? 0, round))
  }
  const exponent = Math.max(...used.map(([, c]) => exponentOf(c) + 1), -120)
  const parts = used.map(([name, c]) => {
    const { elements, dtype } = of(name)
    const scaled = c * 2 ** -exponent
    const high = significant(scaled, PART_BITS[dtype] ?? 24)
    return { elements, high, low: significant(scaled - high, PART_BITS[dtype] ?? 24) }
  })
  for (let e = 0; e < count; e++) {
    let [highs, lows] = [0, 0]
    for (const { elements, high, low } of parts) {
      // Far from F32's subnormal values.
      const x = (elements[e] ?? 0) * 2 ** 64
      highs = Math.fround(highs + Math.fround(high * x))
      lows = Math.fround(lows + Math.fround(low * x))
    }
    const rounded = nearest(Math.fround(highs + lows) * 2 ** (exponent - 64), round)
    result[e] = rounded === 0 ? 0 : rounded
  }
  return result
}

function significant(value: number, bits: number): number {
  if (value === 0) return 0
  const unit = 2 ** (exponentOf(value) - bits + 1)
  const part = halfEven(value / unit) * unit
  return Math.abs(part) < 2 ** -40 ? 0 : part
}

/** The nearest value of a dtype, ties to even. */
function nearest(value: number, dtype: string): number {
  const [bits, minExponent, most] = FORMATS[dtype] ?? [53, -1022, Number.MAX_VALUE]
  if (value === 0 || !Number.isFinite(value)) return value
  const exponent = Math.max(exponentOf(value), minExponent)
  const unit = 2 ** (exponent - bits + 1)
  const rounded = halfEven(Math.abs(value) / unit) * unit
  const size = rounded > most ? Number.POSITIVE_INFINITY : rounded
  return value < 0 ? -size : size
}

/** The exponent e with 2^e <= |value| < 2^(e+1), for values far from float64's ends; log2 alone errs next to powers of two. */
function exponentOf(value: number): number {
  const size = Math.abs(value)
  const near = Math.round(Math.log2(size))
  return 2 ** near <= size ? near : near - 1
}

function halfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
}

function encode(elements: Float64Array, dtype: string): Uint8Array {
  const width = dtype === 'F32' ? 4 : 2
  const bytes = new Uint8Array(elements.length * width)
  const view = new DataView(bytes.buffer)
  const word = new DataView(new ArrayBuffer(4))
  for (const [e, value] of elements.entries()) {
    if (dtype === 'F32') view.setFloat32(e * 4, value, true)
    else if (dtype === 'F16') view.setUint16(e * 2, halfBits(value), true)
    else {
      word.setFloat32(0, value)
      view.setUint16(e * 2, word.getUint16(0), true)
    }
  }
  return bytes
}

/** Bits of a value that F16 holds exactly. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00
  if (size < 2 ** -14) return sign | (size * 2 ** 24)
  const exponent = exponentOf(size)
  return sign | ((exponent + 15) << 10) | (size * 2 ** (10 - exponent) - 1024)
}
