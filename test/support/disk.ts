import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Sink } from '../../src/files/sink.ts'
import type { ModelFolder } from '../../src/formats/checkpoint.ts'

/** A model folder on disk, read whole: for small fixtures. */
export function readModelFolder(path: string): ModelFolder {
  const files = new Map<string, Blob>()
  for (const name of readdirSync(path).sort()) {
    if (statSync(join(path, name)).isFile()) files.set(name, new Blob([readFileSync(join(path, name))]))
  }
  return { name: basename(path), files }
}

/** A folder on disk as a sink, with the same manners as the browser's: a file appears when it is closed. */
export function diskSink(path: string): Sink {
  mkdirSync(path, { recursive: true })
  return {
    name: basename(path),
    list: async () => readdirSync(path),
    create: async (name) => {
      let bytes = new Uint8Array(0)
      return {
        write: async (position, data) => {
          const length = Math.max(bytes.length, position + data.length)
          if (length > bytes.length) {
            const longer = new Uint8Array(length)
            longer.set(bytes)
            bytes = longer
          }
          bytes.set(data, position)
        },
        close: async () => writeFileSync(join(path, name), bytes),
        abort: async () => undefined,
      }
    },
    open: async (name) => new Blob([readFileSync(join(path, name))]),
    remove: async (name) => rmSync(join(path, name)),
  }
}
