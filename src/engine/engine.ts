import type { FloatDType } from '../tensor/dtype.ts'
import type {
  CountRequest,
  DivergenceRequest,
  ElementProgram,
  ElementSums,
  ProductRequest,
  RankRequest,
  SumRequest,
} from './elementwise/program.ts'

/** How a kernel reads an input: stored in `dtype`, then rounded to `round` (null: as it is). */
export interface InputFormat {
  readonly dtype: FloatDType
  readonly round: FloatDType | null
}

/** What gram computes over one tile of N inputs. */
export interface GramRequest {
  readonly inputs: readonly InputFormat[]
  /**
   * Index of the origin: every other vector is then its difference from this input (computed in f32), and the origin stays itself.
   * Null: the inputs as they are.
   */
  readonly origin: number | null
}

/** Sums over the elements of one tile (or, added up, of more). `vectors` are the inputs, or differences where there is an origin. */
export interface GramPart {
  /** N x N, row-major, symmetric: inner products of the vectors. */
  readonly gram: Float64Array
  /** What of the inner products does not fit float64; `addGramPart` carries it on, so that totals do not depend on the tiles. */
  readonly gramLow: Float64Array
  /** N: sum of the elements of each vector, and its rest. */
  readonly sums: Float64Array
  readonly sumsLow: Float64Array
  /** N: elements of each input that are NaN, and infinite; they count as zero in the sums above. */
  readonly nan: Float64Array
  readonly infinite: Float64Array
}

/** One stage of a blend: a linear combination of inputs and earlier stages, rounded to `round`. */
export interface BlendStage {
  readonly terms: readonly BlendTerm[]
  readonly round: FloatDType
}

export interface BlendTerm {
  /** Below the number of inputs: that input. From there on: the result of an earlier stage of the program. */
  readonly operand: number
  readonly coefficient: number
}

/** What blend computes, stage by stage in registers; the last stage is the output, stored in its `round`. */
export interface BlendProgram {
  readonly inputs: readonly InputFormat[]
  readonly stages: readonly BlendStage[]
}

/** The same range of elements of every input: one byte array an input, each in its stored dtype. */
export interface Tile {
  readonly elementCount: number
  readonly inputs: readonly Uint8Array[]
}

/** A tile that an engine holds, between `load` and `unload`. */
export interface LoadedTile {
  readonly elementCount: number
  /** Bytes it occupies where the engine computes. */
  readonly byteLength: number
}

export type EngineKind = 'webgpu' | 'wasm' | 'reference'

/**
 * The kernels over tiles: gram and blend, and those of the element-wise methods. Every implementation gives the same bits for 16-bit
 * inputs, whatever the tile size, as long as each tile but the last of a row segment is a multiple of `GRAM_BLOCK` elements (see
 * reference.ts, which is the specification).
 */
export interface Engine {
  readonly kind: EngineKind
  /** The device by name, for the page and the report. */
  readonly device: string
  /** Largest tile in elements for inputs of these dtypes; a multiple of GRAM_BLOCK. */
  maxTileElements(inputs: readonly FloatDType[]): number
  /** Takes a tile over; the caller must not change its bytes until `unload`. `formats` gives each input's stored dtype. */
  load(tile: Tile, dtypes: readonly FloatDType[]): LoadedTile
  unload(tile: LoadedTile): void
  gram(tile: LoadedTile, request: GramRequest): Promise<GramPart>
  /**
   * @param into where the output goes if it is large enough: a buffer used again costs half of a fresh one, whose pages the system
   *   hands out one by one
   * @returns the output's bytes: elementCount elements in the last stage's dtype
   */
  blend(tile: LoadedTile, program: BlendProgram, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  /** Counts the keys of a tile's elements; see elementwise/program.ts for this and what follows. */
  count(tile: LoadedTile, request: CountRequest): Promise<Uint32Array>
  sum(tile: LoadedTile, request: SumRequest): Promise<ElementSums>
  /** @param into as for `blend` */
  map(tile: LoadedTile, program: ElementProgram, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  /** One F32 for each row. */
  divergences(tile: LoadedTile, request: DivergenceRequest): Promise<Float32Array>
  /** K x K for each row. */
  products(tile: LoadedTile, request: ProductRequest): Promise<Float64Array>
  /** A bit for each element, as `Keep` takes it. */
  rank(tile: LoadedTile, request: RankRequest): Promise<Uint8Array>
  /**
   * True once `map` has gone over every element of a tile that is loaded and met no NaN and no infinity; false says nothing. Absent where an
   * engine doesn't know.
   */
  isFinite?(tile: LoadedTile): boolean
  /** True once the device behind the engine is gone: whatever it is asked for from then on fails. Absent where there is no device. */
  isLost?(): boolean
  destroy(): void
}

/**
 * Elements of one block of partial sums: 64 strands of 32 groups of 8 consecutive elements. Tiles are cut at multiples of it.
 */
export const GRAM_BLOCK = 64 * 32 * 8
