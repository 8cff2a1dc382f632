import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** SHA-256 of every file under a folder, by its path in it: equal before and after means that nothing was touched. */
export function fileHashes(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return Object.fromEntries(paths.map((path) => [relative(folder, path), hashOf(path)]))
}

/** What files are read through: to make room for a whole shard takes longer than to hash it. */
const PIECE = new Uint8Array(2 ** 20)

function hashOf(path: string): string {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  for (;;) {
    const length = readSync(file, PIECE)
    if (length === 0) break
    hash.update(PIECE.subarray(0, length))
  }
  closeSync(file)
  return hash.digest('hex')
}

/** Bytes of a folder that are hashed before and after a test; of larger ones the dates are compared. */
const HASHED = 500e6

/** What must be the same of a source after a test. */
export function sourceState(folder: string): Record<string, string | number> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return {}
  const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) =>
    entry.isFile() ? statSync(join(folder, entry.name)).size : 0,
  )
  return sizes.reduce((sum, size) => sum + size, 0) > HASHED ? fileTimes(folder) : fileHashes(folder)
}

/** Modification times in milliseconds, for files too large to hash. */
export function fileTimes(folder: string): Record<string, number> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]))
}
