import { StudioError } from '../problem.ts'
import { isLitter } from './litter.ts'
import { sentenceOf } from './pick-folder.ts'

/** An opened model, as far as an output folder must keep away from it. */
export interface GuardedFolder {
  readonly name: string
  readonly handle: FileSystemDirectoryHandle | null
}

/**
 * Says why a folder cannot be written to: it is a model's folder, lies inside one, or is not empty. Sources are never touched.
 * @returns one sentence, or null when the folder can be used
 */
export async function refuseOutput(
  folder: FileSystemDirectoryHandle,
  models: readonly GuardedFolder[],
): Promise<string | null> {
  return (await refuseModelFolder(folder, models)) ?? notEmpty(folder.name, await entriesOf(folder))
}

/** Says that a folder is a model's, or lies inside one; null when it does not. */
export async function refuseModelFolder(
  folder: FileSystemDirectoryHandle,
  models: readonly GuardedFolder[],
): Promise<string | null> {
  for (const { name, handle } of models) {
    const path = await within(handle, folder)
    if (path == null) continue
    return path.length === 0
      ? `“${folder.name}” is the folder of the model “${name}”, and models are never written to.`
      : `“${folder.name}” lies inside the folder of the model “${name}” (${path.join('/')}), and models are never written to.`
  }
  return null
}

/** The sentence about a folder that holds these files; null when there are none. */
export function notEmpty(folder: string, found: readonly string[]): string | null {
  if (found.length === 0) return null
  const some = found.slice(0, 3).map((name) => `“${name}”`)
  const more = found.length - some.length
  return `The folder “${folder}” is not empty: it holds ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}

/** Path of `folder` below a model's folder; null where it is elsewhere, or the model's handle leads nowhere any more. */
async function within(
  model: FileSystemDirectoryHandle | null,
  folder: FileSystemDirectoryHandle,
): Promise<string[] | null> {
  return model === null ? null : model.resolve(folder).catch(() => null)
}

async function entriesOf(folder: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = []
  try {
    for await (const name of folder.keys()) if (!isLitter(name)) names.push(name)
  } catch (cause) {
    throw new StudioError(`The folder “${folder.name}” could not be read: ${sentenceOf(cause)}`, { cause })
  }
  return names.toSorted()
}
