import { hasStorage } from '../files/browser-storage.ts'
import { canPickFolders } from '../files/file-system-access.ts'

/** One sentence about what this browser lacks, and what works all the same. */
export function Lacking() {
  const sentence = lackingSentence({
    folders: canPickFolders(),
    storage: hasStorage(),
    gpu: 'gpu' in navigator,
  })
  return sentence === null ? null : <p className="hint">{sentence}</p>
}

interface Abilities {
  /** Picks folders, and writes to them. */
  readonly folders: boolean
  /** Keeps files of its own. */
  readonly storage: boolean
  readonly gpu: boolean
}

/** @returns null where nothing is lacking */
export function lackingSentence({ folders, storage, gpu }: Abilities): string | null {
  if (folders)
    return gpu
      ? null
      : 'This browser has no WebGPU: merges are computed in WebAssembly, more slowly, with the same result.'
  if (!storage)
    return 'This browser has no folder access and keeps no files: models, recipes and charts work, but to write a merge take a current Chrome, Edge, Firefox or Safari.'
  const missing = `no folder access (showDirectoryPicker)${gpu ? '' : ' and no WebGPU'}`
  const computed = gpu ? '' : 'computed in WebAssembly and '
  return `This browser has ${missing}: models are chosen as files, the merge is ${computed}kept in the browser’s own storage, and you download it from there.`
}
