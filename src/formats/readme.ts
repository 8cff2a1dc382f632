import type { ModelFolder } from './checkpoint.ts'

/** Model cards are a few kilobytes; what the merged model's card takes over stands near the top. */
const README_BYTES = 64 * 1024

/** Text of a folder's README.md, cut at 64 KiB; null where there is none or it cannot be read. Bytes that are no UTF-8 are replaced. */
export async function readReadme(folder: ModelFolder): Promise<string | null> {
  const file = folder.files.get('README.md')
  if (file === undefined) return null
  try {
    return new TextDecoder().decode(await file.slice(0, README_BYTES).arrayBuffer())
  } catch {
    return null
  }
}
