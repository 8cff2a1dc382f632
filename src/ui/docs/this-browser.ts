import { hasStorage } from '../../files/browser-storage.ts'
import { canPickFolders } from '../../files/file-system-access.ts'

/** Something that the page uses, and what is lost without it. */
export interface Ability {
  readonly name: string
  readonly here: boolean
  readonly without: string
}

/** What the browser at hand can do, found out by asking it. */
export function abilitiesHere(): readonly Ability[] {
  return [
    {
      name: 'Open folders and write into one',
      here: canPickFolders(),
      without: 'Models are chosen as files; a merge is kept in the browser’s own storage, and you download it.',
    },
    {
      name: 'Keep files of its own',
      here: hasStorage(),
      without: 'Without folders either, a merge cannot be written.',
    },
    {
      name: 'Compute on the GPU (WebGPU)',
      here: 'gpu' in navigator,
      without: 'Merging runs in WebAssembly, with the same result.',
    },
    { name: 'WebAssembly', here: typeof WebAssembly === 'object', without: 'Nothing can be measured or merged.' },
    {
      name: 'Keep the screen awake while a merge runs',
      here: 'wakeLock' in navigator,
      without: 'A computer that falls asleep pauses the merge; keep it awake yourself.',
    },
    {
      name: 'Guard an output folder against a second tab',
      here: 'locks' in navigator,
      without: 'Merge in one tab only.',
    },
    {
      name: 'Served in isolation from other pages',
      here: window.crossOriginIsolated,
      without: 'Nothing is slower; the server sends no headers for it.',
    },
  ]
}
