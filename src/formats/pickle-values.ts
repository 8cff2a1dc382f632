/** What a pickle describes, as plain data. Calls are recorded, never made. */
export type PickleValue =
  | null
  | boolean
  /** An integer that a double holds exactly. */
  | number
  /** A larger integer. */
  | bigint
  | string
  | Uint8Array
  | PickleFloat
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleGlobal
  | PickleCall
  | PicklePersistent

/** Kept apart from the integers: a size of 4.0 is not a size. */
export class PickleFloat {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

export class PickleTuple {
  readonly items: readonly PickleValue[]
  constructor(items: readonly PickleValue[]) {
    this.items = items
  }
}

/** A list or a set. */
export class PickleList {
  readonly items: PickleValue[]
  constructor(items: PickleValue[]) {
    this.items = items
  }
}

/** A dict or an OrderedDict. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>()
}

/** A function or class by its full name, such as `torch._utils._rebuild_tensor_v2`. Nothing but the name. */
export class PickleGlobal {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** "This function with these arguments", as REDUCE wrote it down. */
export class PickleCall {
  readonly callee: string
  readonly args: readonly PickleValue[]
  constructor(callee: string, args: readonly PickleValue[]) {
    this.callee = callee
    this.args = args
  }
}

/** A reference to something outside the pickle: in PyTorch's files, a storage. */
export class PicklePersistent {
  readonly id: PickleValue
  constructor(id: PickleValue) {
    this.id = id
  }
}
