/** Longest name of a recipe, in characters. */
export const MAX_NAME = 80

/** File names that say nothing of the recipe in them. */
const PLAIN =
  /^(?:mergekit[-_ ]?(?:config|moe)?|merge[-_ ]?(?:config)?|config|recipe|readme|untitled|document)(?:[-_ ]?\(?\d+\)?)?$/i

/** Names that Windows keeps for devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i

/** A typed name on one line, without invisible characters; spaces at its ends stay while it is being typed. */
export function cleanName(typed: string): string {
  return typed.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, MAX_NAME)
}

/** The name of a recipe that comes from a file; `''` where the file's name says nothing. */
export function nameOfFile(file: string): string {
  const name = file.replace(/\.(?:ya?ml|md|markdown|txt|json)$/i, '').replace(/[-_ ]?mergekit$/i, '')
  return PLAIN.test(name) ? '' : cleanName(name).trim()
}

/** A file's name for a recipe, without an ending: letters, digits, `.`, `_` and `-` of the name, so that every system takes it. */
export function fileNameOf(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain === '' || DEVICE.test(plain) ? 'recipe' : plain
}
