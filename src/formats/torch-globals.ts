import type { DType } from '../tensor/dtype.ts'

/** Functions whose call describes a plain dense tensor. Nothing is ever called: `torch-tensors.ts` reads their arguments. */
export const REBUILD_TENSOR = 'torch._utils._rebuild_tensor'
export const REBUILD_TENSOR_V2 = 'torch._utils._rebuild_tensor_v2'
export const REBUILD_TENSOR_V3 = 'torch._utils._rebuild_tensor_v3'
export const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter'
export const REBUILD_PARAMETER_WITH_STATE = 'torch._utils._rebuild_parameter_with_state'
export const REBUILD_FROM_TYPE = 'torch._tensor._rebuild_from_type_v2'
export const ORDERED_DICT = 'collections.OrderedDict'
export const SIZE = 'torch.Size'
/** A storage without a dtype: the tensor's own says how to read it. */
export const UNTYPED_STORAGE = 'torch.storage.UntypedStorage'

const STORAGES: readonly (readonly [string, DType])[] = [
  ['DoubleStorage', 'F64'],
  ['FloatStorage', 'F32'],
  ['HalfStorage', 'F16'],
  ['BFloat16Storage', 'BF16'],
  ['LongStorage', 'I64'],
  ['IntStorage', 'I32'],
  ['ShortStorage', 'I16'],
  ['CharStorage', 'I8'],
  ['ByteStorage', 'U8'],
  ['BoolStorage', 'BOOL'],
  ['ComplexFloatStorage', 'C64'],
]

/** dtype of a storage by its class's name. */
export const STORAGE_DTYPES: ReadonlyMap<string, DType> = new Map([
  ...STORAGES.map(([name, dtype]) => [`torch.${name}`, dtype] as const),
  ...STORAGES.map(([name, dtype]) => [`torch.cuda.${name}`, dtype] as const),
  [UNTYPED_STORAGE, 'U8'],
])

/** dtype of a tensor in an untyped storage, by PyTorch's name of it. */
export const TORCH_DTYPES: ReadonlyMap<string, DType> = new Map([
  ['torch.float64', 'F64'],
  ['torch.float32', 'F32'],
  ['torch.float16', 'F16'],
  ['torch.bfloat16', 'BF16'],
  ['torch.float8_e4m3fn', 'F8_E4M3'],
  ['torch.float8_e5m2', 'F8_E5M2'],
  ['torch.float8_e4m3fnuz', 'F8_E4M3FNUZ'],
  ['torch.float8_e5m2fnuz', 'F8_E5M2FNUZ'],
  ['torch.float8_e8m0fnu', 'F8_E8M0'],
  ['torch.int64', 'I64'],
  ['torch.int32', 'I32'],
  ['torch.int16', 'I16'],
  ['torch.int8', 'I8'],
  ['torch.uint64', 'U64'],
  ['torch.uint32', 'U32'],
  ['torch.uint16', 'U16'],
  ['torch.uint8', 'U8'],
  ['torch.bool', 'BOOL'],
  ['torch.complex64', 'C64'],
])

/**
 * Every name that a pickle may use; it is refused by name for any other. None of them leads to anything that runs here:
 * a name stays a name, and a call is kept as data.
 */
export const ALLOWED_GLOBALS: ReadonlySet<string> = new Set([
  ORDERED_DICT,
  REBUILD_TENSOR,
  REBUILD_TENSOR_V2,
  REBUILD_TENSOR_V3,
  REBUILD_PARAMETER,
  REBUILD_PARAMETER_WITH_STATE,
  REBUILD_FROM_TYPE,
  SIZE,
  'torch.device',
  'torch.Tensor',
  'torch.nn.parameter.Parameter',
  'torch.nn.parameter.Buffer',
  ...STORAGE_DTYPES.keys(),
  ...TORCH_DTYPES.keys(),
])
