import { StudioError } from '../problem.ts'
import { PickleReader, TRUNCATED } from './pickle-reader.ts'
import { PickleStack } from './pickle-stack.ts'
import {
  PickleCall,
  PickleDict,
  PickleFloat,
  PickleGlobal,
  PickleList,
  PicklePersistent,
  PickleTuple,
  type PickleValue,
} from './pickle-values.ts'
import { ALLOWED_GLOBALS, ORDERED_DICT } from './torch-globals.ts'

/** The newest protocol; PyTorch writes 2. */
const MAX_PROTOCOL = 5

export interface Unpickled {
  readonly value: PickleValue
  /** Position behind the STOP opcode. */
  readonly end: number
  /** Every reference to something outside, whether the value uses it or not. */
  readonly persistent: readonly PicklePersistent[]
}

/**
 * Interprets a pickle without running anything: names outside the allow list are refused by name, calls are kept as data
 * (`PickleCall`), and opcodes that only foreign objects need are refused. Protocols 2 to 5.
 * @param where the file, for messages
 * @returns null where the bytes end before the pickle does
 * @throws StudioError naming the file and what was refused
 */
export function unpickle(bytes: Uint8Array, start: number, where: string): Unpickled | null {
  try {
    return new Unpickler(new PickleReader(bytes, start), where).run()
  } catch (cause) {
    if (cause === TRUNCATED) return null
    throw cause
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const LATIN1 = new TextDecoder('latin1')

class Unpickler {
  readonly #reader: PickleReader
  readonly #where: string
  readonly #stack: PickleStack
  readonly #persistent: PicklePersistent[] = []

  constructor(reader: PickleReader, where: string) {
    this.#reader = reader
    this.#where = where
    this.#stack = new PickleStack((what) => this.#error(what))
  }

  run(): Unpickled {
    for (;;) {
      const opcode = this.#reader.uint8()
      if (opcode === 0x2e) return { value: this.#stack.pop(), end: this.#reader.at, persistent: this.#persistent }
      if (!this.#literal(opcode) && !this.#container(opcode) && !this.#object(opcode)) {
        const text = opcode > 0x20 && opcode < 0x7f ? ` ("${String.fromCharCode(opcode)}")` : ''
        throw this.#error(`uses the opcode 0x${opcode.toString(16)}${text}, which no PyTorch checkpoint needs`)
      }
    }
  }

  /** Opcodes that push a value of their own. */
  #literal(opcode: number): boolean {
    const reader = this.#reader
    switch (opcode) {
      case 0x4e: // NONE
        return this.#stack.push(null)
      case 0x88: // NEWTRUE
        return this.#stack.push(true)
      case 0x89: // NEWFALSE
        return this.#stack.push(false)
      case 0x4a: // BININT
        return this.#stack.push(reader.int32())
      case 0x4b: // BININT1
        return this.#stack.push(reader.uint8())
      case 0x4d: // BININT2
        return this.#stack.push(reader.uint16())
      case 0x8a: // LONG1
        return this.#stack.push(reader.integer(reader.uint8()))
      case 0x47: // BINFLOAT
        return this.#stack.push(new PickleFloat(reader.float64()))
      case 0x58: // BINUNICODE
        return this.#stack.push(this.#text(reader.bytes(reader.uint32())))
      case 0x8c: // SHORT_BINUNICODE
        return this.#stack.push(this.#text(reader.bytes(reader.uint8())))
      case 0x8d: // BINUNICODE8
        return this.#stack.push(this.#text(reader.bytes(reader.uint64())))
      case 0x54: // BINSTRING, of Python 2
        return this.#stack.push(LATIN1.decode(reader.bytes(reader.uint32())))
      case 0x55: // SHORT_BINSTRING, of Python 2
        return this.#stack.push(LATIN1.decode(reader.bytes(reader.uint8())))
      case 0x42: // BINBYTES
        return this.#stack.push(reader.bytes(reader.uint32()))
      case 0x43: // SHORT_BINBYTES
        return this.#stack.push(reader.bytes(reader.uint8()))
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#stack.push(reader.bytes(reader.uint64()))
      default:
        return false
    }
  }

  /** Opcodes of the stack, the memo, tuples, lists, sets and dicts. */
  #container(opcode: number): boolean {
    const reader = this.#reader
    switch (opcode) {
      case 0x28: // MARK
        return this.#stack.mark()
      case 0x30: // POP
        this.#stack.pop()
        return true
      case 0x31: // POP_MARK
        this.#stack.popMark()
        return true
      case 0x32: // DUP
        return this.#stack.push(this.#stack.top())
      case 0x68: // BINGET
        return this.#stack.recall(reader.uint8())
      case 0x6a: // LONG_BINGET
        return this.#stack.recall(reader.uint32())
      case 0x71: // BINPUT
        return this.#stack.remember(reader.uint8())
      case 0x72: // LONG_BINPUT
        return this.#stack.remember(reader.uint32())
      case 0x94: // MEMOIZE
        return this.#stack.remember(null)
      case 0x29: // EMPTY_TUPLE
        return this.#stack.push(new PickleTuple([]))
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#stack.push(new PickleTuple(this.#stack.popMany(opcode - 0x84)))
      case 0x74: // TUPLE
        return this.#stack.push(new PickleTuple(this.#stack.popMark()))
      case 0x5d: // EMPTY_LIST
      case 0x8f: // EMPTY_SET
        return this.#stack.push(new PickleList([]))
      case 0x6c: // LIST
      case 0x91: // FROZENSET
        return this.#stack.push(new PickleList(this.#stack.popMark()))
      case 0x61: // APPEND
        return this.#append([this.#stack.pop()])
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.#append(this.#stack.popMark())
      case 0x7d: // EMPTY_DICT
        return this.#stack.push(new PickleDict())
      case 0x64: // DICT
        return this.#setItems(new PickleDict(), this.#stack.popMark(), true)
      case 0x73: // SETITEM
        return this.#setItems(null, this.#stack.popMany(2), false)
      case 0x75: // SETITEMS
        return this.#setItems(null, this.#stack.popMark(), false)
      default:
        return false
    }
  }

  /** Opcodes that name functions and classes, and use them. */
  #object(opcode: number): boolean {
    const reader = this.#reader
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = reader.uint8()
        if (protocol > MAX_PROTOCOL)
          throw this.#error(`has the pickle protocol ${protocol}; at most ${MAX_PROTOCOL} is known`)
        return true
      }
      case 0x95: // FRAME: its length only helps buffering
        reader.uint64()
        return true
      case 0x63: // GLOBAL
      case 0x69: // INST, which also calls: its name is refused, or it is
        this.#stack.push(this.#global(this.#text(reader.line()), this.#text(reader.line())))
        if (opcode === 0x69) throw this.#error('uses the opcode INST, which no PyTorch checkpoint needs')
        return true
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#stack.popMany(2)
        if (typeof module !== 'string' || typeof name !== 'string')
          throw this.#error('names a function by what is no text')
        return this.#stack.push(this.#global(module, name))
      }
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        return this.#call()
      case 0x62: // BUILD: attributes of a dict, such as the _metadata of a state dict, are not needed
        this.#stack.pop()
        if (this.#stack.top() instanceof PickleDict) return true
        throw this.#error('uses the opcode BUILD on something that is not a dict')
      case 0x51: // BINPERSID
        return this.#refer(new PicklePersistent(this.#stack.pop()))
      default:
        return false
    }
  }

  #global(module: string, name: string): PickleGlobal {
    const full = `${module}.${name}`
    if (!ALLOWED_GLOBALS.has(full)) {
      throw this.#error(
        `asks for ${full}, which is not one of the names that a plain checkpoint of tensors needs; nothing was run`,
      )
    }
    return new PickleGlobal(full)
  }

  #call(): boolean {
    const [callee, args] = this.#stack.popMany(2)
    if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple)) {
      throw this.#error('calls something that is not a named function')
    }
    if (callee.name !== ORDERED_DICT) return this.#stack.push(new PickleCall(callee.name, args.items))
    const pairs = args.items[0] instanceof PickleList ? args.items[0].items : args.items
    const items = pairs.flatMap((pair) => {
      if (!(pair instanceof PickleTuple || pair instanceof PickleList) || pair.items.length !== 2) {
        throw this.#error('makes an OrderedDict of what are not pairs')
      }
      return pair.items
    })
    return this.#setItems(new PickleDict(), items, true)
  }

  #setItems(fresh: PickleDict | null, items: readonly PickleValue[], push: boolean): boolean {
    const dict = fresh ?? this.#stack.top()
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0)
      throw this.#error('sets members of something that is not a dict')
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i] as PickleValue
      if (dict.entries.has(key))
        throw this.#error(`has a duplicate key: ${JSON.stringify(String(key))} is set more than once`)
      dict.entries.set(key, items[i + 1] as PickleValue)
    }
    return push ? this.#stack.push(dict) : true
  }

  #append(items: readonly PickleValue[]): boolean {
    const list = this.#stack.top()
    if (!(list instanceof PickleList)) throw this.#error('appends to something that is not a list')
    for (const item of items) list.items.push(item)
    return true
  }

  #refer(reference: PicklePersistent): true {
    this.#persistent.push(reference)
    return this.#stack.push(reference)
  }

  #text(bytes: Uint8Array): string {
    try {
      return UTF8.decode(bytes)
    } catch {
      throw this.#error('has a text that is not valid UTF-8')
    }
  }

  #error(what: string): StudioError {
    return new StudioError(`${this.#where}: the pickle ${what} (byte ${this.#reader.at}).`)
  }
}
