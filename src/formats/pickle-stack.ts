import type { StudioError } from '../problem.ts'
import type { PickleValue } from './pickle-values.ts'

const TOO_FEW = 'takes more values than it has put down'

/** The stack, the marks and the memo that the opcodes of a pickle work on. Each method that pushes returns true. */
export class PickleStack {
  readonly #fail: (what: string) => StudioError
  #stack: PickleValue[] = []
  /** Stacks put aside at each MARK. */
  readonly #marked: PickleValue[][] = []
  readonly #memo = new Map<number, PickleValue>()

  constructor(fail: (what: string) => StudioError) {
    this.#fail = fail
  }

  push(value: PickleValue): true {
    this.#stack.push(value)
    return true
  }

  pop(): PickleValue {
    const value = this.#stack.pop()
    if (value === undefined) throw this.#fail(TOO_FEW)
    return value
  }

  top(): PickleValue {
    const value = this.#stack.at(-1)
    if (value === undefined) throw this.#fail(TOO_FEW)
    return value
  }

  /** The topmost values, the deepest first. */
  popMany(count: number): PickleValue[] {
    if (this.#stack.length < count) throw this.#fail(TOO_FEW)
    return this.#stack.splice(-count)
  }

  mark(): true {
    this.#marked.push(this.#stack)
    this.#stack = []
    return true
  }

  /** All values since the last mark. */
  popMark(): PickleValue[] {
    const items = this.#stack
    const below = this.#marked.pop()
    if (below === undefined) throw this.#fail('uses a mark that it has not set')
    this.#stack = below
    return items
  }

  /** @param index null takes the next free one */
  remember(index: number | null): true {
    this.#memo.set(index ?? this.#memo.size, this.top())
    return true
  }

  recall(index: number): true {
    const value = this.#memo.get(index)
    if (value === undefined) throw this.#fail('recalls a value that it has not kept')
    return this.push(value)
  }
}
