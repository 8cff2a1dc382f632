import { type Problem, StudioError, warning } from '../problem.ts'
import type { DType } from '../tensor/dtype.ts'
import { PickleCall, PickleDict, PickleGlobal, type PickleValue } from './pickle-values.ts'
import {
  REBUILD_FROM_TYPE,
  REBUILD_PARAMETER,
  REBUILD_PARAMETER_WITH_STATE,
  REBUILD_TENSOR,
  REBUILD_TENSOR_V2,
  REBUILD_TENSOR_V3,
  TORCH_DTYPES,
  UNTYPED_STORAGE,
} from './torch-globals.ts'
import { readSizes, readStorage, type TorchStorage } from './torch-storage.ts'

/** A tensor as a pickle describes it: a view of a storage. Not checked against the storage's extent yet. */
export interface TorchView {
  readonly name: string
  readonly dtype: DType
  readonly storage: TorchStorage
  /** In elements, from the start of the storage. */
  readonly offset: number
  readonly shape: readonly number[]
  /** In elements. */
  readonly strides: readonly number[]
}

const TENSOR_CALLS: ReadonlySet<string> = new Set([REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3])
const WRAPPERS: ReadonlySet<string> = new Set([REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE, REBUILD_FROM_TYPE])
/** Where training scripts put the state dict inside their checkpoint. */
const NESTED_UNDER = ['state_dict', 'model_state_dict', 'model', 'module']
/** A parameter in a subclass in a parameter: more wrapping than that is no checkpoint. */
const MAX_WRAPPING = 4
const NAMES_LISTED = 5

/**
 * Lists the tensors of a state dict, or of the one inside a training checkpoint. What is no tensor is left out with a warning.
 * Nothing is walked deeper than that, so that neither cycles nor doubled values cost anything.
 * @throws StudioError naming the file, and the tensor where one is at fault
 */
export function listTensors(
  root: PickleValue,
  file: string,
): { readonly views: TorchView[]; readonly problems: Problem[] } {
  if (!(root instanceof PickleDict)) {
    throw new StudioError(
      `${file}: the file holds no dict of tensors (state dict) but something else: save model.state_dict() instead.`,
    )
  }
  const views: TorchView[] = []
  const skipped: string[] = []
  const collect = (dict: PickleDict, prefix: string) => {
    for (const [key, value] of dict.entries) {
      if (typeof key === 'string' && isTensor(value)) views.push(readView(key, value, file))
      else if (value !== nested || dict !== root)
        skipped.push(`${prefix}${typeof key === 'string' ? key : 'a key that is no text'}`)
    }
  }
  const nestedKey = NESTED_UNDER.find((key) => holdsTensors(root.entries.get(key)))
  const nested = nestedKey === undefined ? undefined : (root.entries.get(nestedKey) as PickleDict)
  collect(root, '')
  if (nested !== undefined && views.length > 0) skipped.push(nestedKey as string)
  else if (nested !== undefined) collect(nested, `${nestedKey}.`)
  const names = skipped.slice(0, NAMES_LISTED).map((name) => `"${name}"`)
  const rest = skipped.length > NAMES_LISTED ? ` and ${skipped.length - NAMES_LISTED} more` : ''
  const message = `${file}: left out what is not a tensor: ${names.join(', ')}${rest}.`
  return { views, problems: skipped.length === 0 ? [] : [warning(message, { where: file })] }
}

function holdsTensors(value: PickleValue | undefined): boolean {
  return value instanceof PickleDict && [...value.entries.values()].some(isTensor)
}

function isTensor(value: PickleValue): value is PickleCall {
  return value instanceof PickleCall && (TENSOR_CALLS.has(value.callee) || WRAPPERS.has(value.callee))
}

function readView(name: string, value: PickleCall, file: string): TorchView {
  const fail = (what: string) => new StudioError(`${file}: tensor "${name}" ${what}.`)
  const { callee, args } = unwrap(value, fail)
  const storage = readStorage(args[0], fail)
  const offset = args[1]
  if (typeof offset === 'bigint') throw fail(`has the storage offset ${offset}, which lies past the end of any storage`)
  if (typeof offset !== 'number' || offset < 0)
    throw fail('has a storage offset that is not a whole number of at least 0')
  const shape = readSizes(args[2], 'size of its shape', fail)
  const strides = readSizes(args[3], 'stride', fail)
  if (shape.length !== strides.length)
    throw fail(`has ${shape.length} sizes in its shape but ${strides.length} in its stride`)
  const typed = callee === REBUILD_TENSOR_V3
  const metadata = args[typed ? 7 : 6]
  if (metadata instanceof PickleDict && metadata.entries.size > 0) {
    throw fail('is marked as conjugated or negated, which a plain checkpoint is not')
  }
  if (!typed) {
    if (storage.type === UNTYPED_STORAGE) throw fail('has no dtype')
    return { name, dtype: storage.dtype, storage, offset, shape, strides }
  }
  const dtype = args[6] instanceof PickleGlobal ? TORCH_DTYPES.get(args[6].name) : undefined
  if (dtype === undefined) throw fail('has a dtype that is not known')
  return { name, dtype, storage, offset, shape, strides }
}

/** Takes parameters and subclasses off, down to the call that describes the tensor itself. */
function unwrap(outer: PickleCall, fail: (what: string) => StudioError): PickleCall {
  let call = outer
  for (let depth = 0; depth <= MAX_WRAPPING; depth++) {
    if (TENSOR_CALLS.has(call.callee)) return call
    const inner = call.callee === REBUILD_FROM_TYPE ? calledInside(call) : call.args[0]
    if (!(inner instanceof PickleCall) || !isTensor(inner))
      throw fail(`is made by ${call.callee} of something that is no tensor`)
    call = inner
  }
  throw fail('is wrapped too often')
}

/** The call that `_rebuild_from_type_v2(function, type, arguments, state)` stands for. */
function calledInside(call: PickleCall): PickleCall | null {
  const [callee, , args] = call.args
  if (!(callee instanceof PickleGlobal) || args === undefined || args === null || typeof args !== 'object') return null
  return 'items' in args ? new PickleCall(callee.name, args.items) : null
}
