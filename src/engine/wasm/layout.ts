const PAGE = 65536
/** The program's own static data lies in the first page. */
const START = PAGE

/** Lays out the areas of one request in the kernels' memory, one after the other; the memory grows where it must and is used again. */
export class Layout {
  readonly #memory: WebAssembly.Memory
  #end = START

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory
  }

  /** @returns the address of an area of `byteLength` bytes; take views only after the last call, as growing detaches them */
  area(byteLength: number): number {
    const address = this.#end
    this.#end = Math.ceil((address + byteLength) / 64) * 64
    const missing = this.#end - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
    return address
  }

  bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer as ArrayBuffer, address, length)
  }

  words(address: number, length: number): DataView {
    return new DataView(this.#memory.buffer, address, 4 * length)
  }

  counts(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length)
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length)
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length)
  }
}
