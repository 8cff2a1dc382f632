import type { TokenizerEdit } from '../formats/tokenizer-edit.ts'
import { isEditable } from '../formats/tokenizer-edit.ts'
import { quoteToken } from '../formats/tokenizer-table.ts'
import { error, type Problem, warning } from '../problem.ts'
import { CHAT_TEMPLATES, chooseTemplate } from './chat-template.ts'
import type { PlannedFile } from './plan.ts'
import type { CheckpointModel, StageModel } from './stage-model.ts'
import type { Tokens } from './vocabulary.ts'

/** Files that belong to the tokenizer, and so come from the model whose tokens the result has. */
const TOKENIZER_FILES =
  /^(tokenizer|special_tokens_map|added_tokens|vocab|merges|spiece|sentencepiece|tekken|chat_template)|\.(model|tiktoken|spm|jinja)$/i

const TEMPLATE_FILE = 'chat_template.jinja'

export function isTokenizerFile(name: string): boolean {
  return TOKENIZER_FILES.test(name)
}

/** What the merge changes in the tokenizer files; null where they stay as they are. */
export function tokenizerEdit(
  final: StageModel,
  tokens: Tokens,
  rows: number,
  opened: readonly CheckpointModel[],
  problems: Problem[],
): TokenizerEdit | null {
  const lost = [...(tokens.ids ?? [])].filter(([, id]) => id >= rows)
  const dropped = lost
    .filter(([, id]) => ['added', 'special'].includes(tokens.classes.get(id) ?? ''))
    .map(([token]) => token)
  reportLost(lost.length, dropped, rows, problems)
  const chatTemplate = templateOf(final, tokens, opened, problems)
  if (tokens.added.length === 0 && lost.length === 0 && chatTemplate === null) return null
  return { rows, added: tokens.added, dropped, chatTemplate }
}

/** The tokenizer files of the checkpoint whose tokens the result has, with what the merge changes. */
export function tokenizerFiles(
  origin: CheckpointModel,
  edit: TokenizerEdit | null,
  problems: Problem[],
): PlannedFile[] {
  const names = [...origin.checkpoint.sidecars.keys()].filter(isTokenizerFile).sort()
  const files: PlannedFile[] = names.map((name) => copied(origin, name, edit))
  if (edit === null) return files
  const has = (name: string): boolean => names.includes(name)
  const write = (name: string, text: string): void => {
    const at = files.findIndex((file) => file.name === name)
    if (at >= 0) files[at] = { name, text }
    else files.push({ name, text })
  }
  if (edit.chatTemplate !== null) {
    if (has(TEMPLATE_FILE)) write(TEMPLATE_FILE, edit.chatTemplate)
    if (!has('tokenizer_config.json'))
      write('tokenizer_config.json', `${JSON.stringify({ chat_template: edit.chatTemplate }, null, 2)}\n`)
  }
  if (!has('tokenizer.json') && edit.added.length > 0) {
    if (!has('added_tokens.json')) {
      const ids = Object.fromEntries(edit.added.map(({ content, id }) => [content, id]))
      write('added_tokens.json', `${JSON.stringify(ids, null, 2)}\n`)
    }
    const ordinary = edit.added.filter(({ kind }) => kind !== 'added' && kind !== 'special')
    if (ordinary.length > 0) {
      problems.push(
        warning(
          `"${origin.label}" has no tokenizer.json, so that ${ordinary.length} ordinary tokens of other models (${quoteToken(ordinary[0]?.content ?? '')}, …) become added tokens, which cut text before all others: add the tokenizer.json of that model to its folder.`,
          { where: origin.label },
        ),
      )
    }
  }
  return files
}

/** A sidecar of a checkpoint as the result gets it. */
export function copied(from: CheckpointModel, name: string, edit: TokenizerEdit | null): PlannedFile {
  const file = { name, checkpoint: from.index, file: name }
  return edit !== null && isEditable(name) ? { ...file, edit } : file
}

function templateOf(
  final: StageModel,
  tokens: Tokens,
  opened: readonly CheckpointModel[],
  problems: Problem[],
): string | null {
  const asked = final.stage.chatTemplate
  if (asked === undefined) return null
  const templates = [tokens.origin, ...opened.filter((model) => model !== tokens.origin)]
  const own = templates.map((model) => model?.checkpoint.vocabulary?.chatTemplate ?? null)
  const template = chooseTemplate(asked.trim(), own)
  if (template === undefined) {
    problems.push(
      error(
        `The chat template "${asked.slice(0, 40)}" is none that is known here: write auto, ${[...CHAT_TEMPLATES.keys()].join(', ')}, or the template itself.`,
        { line: final.stage.line },
      ),
    )
    return null
  }
  return template === own[0] ? null : template
}

function reportLost(count: number, dropped: readonly string[], rows: number, problems: Problem[]): void {
  const [first] = dropped
  if (first !== undefined) {
    problems.push(
      warning(
        `The result has ${rows} rows, so that ${dropped.length === 1 ? 'the added token' : `${dropped.length} added tokens, such as`} ${quoteToken(first)} ${dropped.length === 1 ? 'is' : 'are'} taken out of its tokenizer: choose the base model's rows or union by token to keep ${dropped.length === 1 ? 'it' : 'them'}.`,
      ),
    )
  }
  if (count > dropped.length) {
    problems.push(
      warning(
        `The result has ${rows} rows, and ${count - dropped.length} tokens of its tokenizer's own vocabulary have numbers beyond them: choose the base model's rows or union by token.`,
      ),
    )
  }
}
