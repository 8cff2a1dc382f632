/** Files that operating systems leave in any folder that was looked at: with nothing else in it, a folder is empty all the same. */
const LITTER = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini', '.directory'])

export function isLitter(name: string): boolean {
  return LITTER.has(name)
}
