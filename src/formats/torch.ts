import { StudioError } from '../problem.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'
import { recogniseFile } from './recognise.ts'
import type { TorchContents } from './torch-contents.ts'
import { readTorchLegacy } from './torch-legacy.ts'
import { readTorchZip } from './torch-zip.ts'

/**
 * Reads what tensors a PyTorch file (.bin, .pt, .pth) holds, without reading them and without running anything in it.
 * @param fileIndex index of the file in its checkpoint, for `TensorInfo.file`
 * @throws StudioError naming the file, and the tensor where one is at fault
 */
export async function readTorch(name: string, blob: Blob, fileIndex = 0): Promise<TorchContents> {
  const file: WeightFile = { name, blob }
  const head = await readRange(file, 0, Math.min(blob.size, 512), 'the start of the file')
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) return readTorchZip(file, fileIndex)
  const kind = recogniseFile(head)
  if (kind !== null) throw new StudioError(`${name}: not a PyTorch checkpoint but ${kind}.`)
  // The first opcode of every pickle since protocol 2.
  if (head[0] === 0x80) return readTorchLegacy(file, fileIndex)
  if (head[8] === 0x7b && head[7] === 0) {
    throw new StudioError(`${name}: not a PyTorch checkpoint but a safetensors file: rename it to end in .safetensors.`)
  }
  throw new StudioError(
    `${name}: not a PyTorch checkpoint: it is neither a zip nor a pickle with PyTorch's magic number: download it again, or take the safetensors file of the same model.`,
  )
}
