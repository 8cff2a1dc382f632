// Output folders, one for each run, removed after it.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder } from './generate.mjs'

/** @returns {{ path: string, byteLength: () => number, remove: () => void }} a new empty folder on the same disk as the inputs */
export function outputFolder() {
  mkdirSync(benchFolder(), { recursive: true })
  const path = mkdtempSync(join(benchFolder(), 'output-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  // Also when the run is interrupted: a gigabyte should not stay behind.
  process.once('exit', remove)
  return {
    path,
    byteLength: () => weightsIn(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0),
    remove: () => {
      process.off('exit', remove)
      remove()
    },
  }
}

/** @param {string} folder */
function weightsIn(folder) {
  return readdirSync(folder).filter((name) => name.endsWith('.safetensors'))
}
