import { type Problem, StudioError, warning } from '../problem.ts'
import type { WeightFile } from './checkpoint.ts'
import { unpickle } from './pickle.ts'
import type { TorchContents } from './torch-contents.ts'
import { placeView } from './torch-place.ts'
import { listTensors } from './torch-tensors.ts'
import { readRecord, readZip, type ZipRecord } from './zip.ts'

/** The pickle of a large model has some hundred kB; with a trainer's state it may have a few MB. */
const MAX_PICKLE_BYTES = 32 * 1024 * 1024

/**
 * Reads a PyTorch file of version 1.6 and later: a zip of ROOT/data.pkl, which describes the tensors, and ROOT/data/KEY,
 * the storages.
 */
export async function readTorchZip(file: WeightFile, fileIndex: number): Promise<TorchContents> {
  const records = await readZip(file)
  const root = findRoot(file.name, records)
  await checkByteOrder(file, records.get(`${root}byteorder`))
  const pickle = await readRecord(file, records.get(`${root}data.pkl`) as ZipRecord, MAX_PICKLE_BYTES)
  const where = `${file.name}: ${root}data.pkl`
  const unpickled = unpickle(pickle, 0, where)
  if (unpickled === null)
    throw new StudioError(`${where}: the pickle is truncated: it ends before its STOP: download the file again.`)
  if (unpickled.end !== pickle.length)
    throw new StudioError(`${where}: more bytes follow after the pickle's STOP: download the file again.`)
  const { views, problems } = listTensors(unpickled.value, file.name)
  const types = new Map<string, string>()
  const tensors = views.map((view) => {
    const { key, type, byteLength } = view.storage
    const fail = (what: string) => new StudioError(`${file.name}: tensor "${view.name}" ${what}.`)
    const record = records.get(`${root}data/${key}`)
    if (record === undefined)
      throw fail(`needs the record ${root}data/${key}, which is missing from the file: download it again`)
    if (record.byteLength !== byteLength) {
      throw fail(`needs ${byteLength} bytes of the storage ${record.name}, which has ${record.byteLength}`)
    }
    const other = types.get(key) ?? type
    if (other !== type)
      throw fail(`reads the storage ${record.name} as ${type}, and another tensor reads it as ${other}`)
    types.set(key, type)
    const placed = placeView(view, file.name, fileIndex, record.offset)
    return record.crc === null ? placed : { ...placed, record: { ...record, crc: record.crc } }
  })
  return { tensors, problems: [...problems, ...unsummed(file.name, records)] }
}

function unsummed(name: string, records: ReadonlyMap<string, ZipRecord>): Problem[] {
  if ([...records.values()].some(({ crc }) => crc !== null)) return []
  const message = `${name}: the file was saved without checksums (CRC), so that damage to its weights cannot be seen.`
  return [warning(message, { where: name })]
}

/** The folder of the archive that everything lies in, with its slash. */
function findRoot(name: string, records: ReadonlyMap<string, ZipRecord>): string {
  const roots = [...records.keys()].flatMap((key) => /^([^/]+\/)data\.pkl$/.exec(key)?.[1] ?? [])
  const [root] = roots
  if (root === undefined) {
    throw new StudioError(
      `${name}: a zip archive, but not one of PyTorch: it has no data.pkl in a folder of its own: take the file that the model was published with.`,
    )
  }
  if (roots.length > 1)
    throw new StudioError(`${name}: the zip has ${roots.length} files data.pkl, in ${roots.join(' and ')}.`)
  if (records.has(`${root}constants.pkl`) || [...records.keys()].some((key) => key.startsWith(`${root}code/`))) {
    throw new StudioError(
      `${name}: a TorchScript archive, which is a program and not a checkpoint: save model.state_dict() instead.`,
    )
  }
  return root
}

async function checkByteOrder(file: WeightFile, record: ZipRecord | undefined): Promise<void> {
  if (record === undefined) return
  const order = new TextDecoder().decode(await readRecord(file, record, 64)).trim()
  if (order !== 'little') {
    throw new StudioError(
      `${file.name}: the file was saved with byte order "${order}"; only little-endian ones are read: save it again on an ordinary computer.`,
    )
  }
}
