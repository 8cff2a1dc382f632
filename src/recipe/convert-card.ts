import { NotConvertible } from './convert-text.ts'
import { listInWords } from './findings.ts'
import { parseRecipe } from './parse-recipe.ts'

/** A recipe found in the text of a model card. */
export interface CardRecipe {
  readonly text: string
  /** Lines before it in the card; null where it was put together from several places. */
  readonly before: number | null
  readonly note: string
}

/** Keys with which the recipes begin that are read here or converted. */
const RECIPE_KEY =
  /^\s*(?:-\s+|\{\s*)?["']?(?:merge_method|base_model|slices|models|stages|modules|layer_slices|operations|gradient_values|model_path1)["']?\s*:/m
const MERGE_KEY =
  /^\s*(?:\{\s*)?["']?(?:merge_method|method|layer_slices|operations|gradient_values|model_path1)["']?\s*:/m
/** What the front matter of a card has, and no recipe. */
const CARD_KEY = /^(?:license|tags|library_name|pipeline_tag|language|datasets|model_name)\s*:/m

/** True of text that may be a recipe, of whatever tool, or a card with one: other text on a clipboard is not meant for us. */
export function looksLikeRecipe(text: string): boolean {
  return RECIPE_KEY.test(text)
}

/**
 * Takes the recipe out of a model card, which has it as a block of code. Several blocks are stages of one recipe where they fit together.
 * @returns null where the text is no card
 * @throws NotConvertible where it is one, without a recipe or with more than one
 */
export function cardRecipe(text: string): CardRecipe | null {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const { blocks, prose } = readBlocks(lines)
  if (/^merge_method\s*:/m.test(prose)) return null
  const found = blocks.filter(({ code }) => MERGE_KEY.test(code))
  const distinct = found.filter(({ code }, i) => found.findIndex((other) => other.code === code) === i)
  const [only, ...more] = distinct
  if (only === undefined) {
    const front = /^---\n([\s\S]*?)\n---\n/.exec(`${lines.join('\n')}\n`)?.[1] ?? ''
    if (!CARD_KEY.test(front)) return null
    throw new NotConvertible(
      'This is a model card, and it has no recipe: a block of code with merge_method is expected. Look for the model’s mergekit_config.yml.',
    )
  }
  if (more.length === 0) {
    return {
      text: only.code,
      before: only.line - 1,
      note: `The recipe was taken from line ${only.line} of a model card.`,
    }
  }
  const places = listInWords(distinct.map(({ line }) => `${line}`))
  const joined = distinct.map(({ code }) => code.replace(/^---\s*\n/, '')).join('---\n')
  const { recipe } = parseRecipe(joined)
  if (recipe === null || recipe.unused.length > 0) {
    throw new NotConvertible(
      `The model card has ${distinct.length} recipes (lines ${places}), which do not fit together as stages of one: paste one of them.`,
    )
  }
  return { text: joined, before: null, note: `The recipe was put together from lines ${places} of a model card.` }
}

interface Block {
  /** Line of its first line of code, from 1. */
  readonly line: number
  readonly code: string
}

/** Fenced blocks of code (CommonMark 4.5), and what stands outside of them. */
function readBlocks(lines: readonly string[]): { readonly blocks: readonly Block[]; readonly prose: string } {
  const blocks: Block[] = []
  const prose: string[] = []
  let open: { readonly fence: string; readonly indent: number; readonly line: number; readonly code: string[] } | null =
    null
  for (const [i, line] of lines.entries()) {
    if (open === null) {
      const start = /^( *)(`{3,}|~{3,})[^`]*$/.exec(line)
      if (start === null) prose.push(line)
      else open = { fence: start[2] ?? '', indent: start[1]?.length ?? 0, line: i + 2, code: [] }
      continue
    }
    const end = /^ *(`{3,}|~{3,})\s*$/.exec(line)?.[1]
    if (end?.startsWith(open.fence) !== true) {
      open.code.push(line.replace(new RegExp(`^ {0,${open.indent}}`), ''))
      continue
    }
    blocks.push({ line: open.line, code: `${open.code.join('\n')}\n` })
    open = null
  }
  return { blocks, prose: prose.join('\n') }
}
