import type { Checkpoint } from '../formats/checkpoint.ts'
import { describeStage, modelLabel } from '../recipe/describe.ts'
import { DIALECT_WORDS, type Dialect } from '../recipe/dialect.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { CardText } from './card-text.ts'

/** Longest prompt format that is taken over from a model's README, in characters. */
const PROMPT_CAP = 1500

/** Characters that change the direction of text or have no shape: they could make a name read as another. */
const INVISIBLE = /[^\P{Cc}\t\n]|\p{Cf}/gu

function howToRead(dialect: Dialect): string {
  const ends = 'In a SLERP, t = 0 is the first model and t = 1 the second. A gradient '
  if (dialect === 'mergekit') {
    return `${ends}is spread evenly over the layers, from the first to the last, and is linear in between. The embedding, the final norm and the output head take its first value.`
  }
  const { label, rule } = DIALECT_WORDS[dialect]
  return `${ends}means what it means in ${label}. ${rule} The file mergekit_config.yml spells the same t out for mergekit of today.`
}

/** The parts of a model card that follow recipe and models, in Markdown. */
export interface CardParts {
  readonly frontMatter: string
  readonly introduction: string
  readonly models: string
  readonly procedure: string
  readonly recipe: string
  /** Prompt formats that the models' READMEs state; `''` where they state none. */
  readonly prompt: string
}

/**
 * What README.md of the result says by itself: the models with their licence lines, the procedure in words, the recipe, and the prompt
 * format where a model states one. A function of recipe and inputs alone.
 */
export function cardParts(recipe: Recipe, checkpoints: ReadonlyMap<string, Checkpoint>): CardParts {
  const models = recipe.models.map((name) => ({
    name,
    label: modelLabel(name),
    readme: checkpoints.get(name)?.readme ?? null,
  }))
  const licences = models.map(({ readme }) => licenceLines(readme))
  const method = [...new Set(recipe.stages.map((stage) => stage.method))]
  const text = recipe.text
    .replace(/\r\n?/g, '\n')
    .replace(/^\ufeff/, '')
    .trimEnd()
  return {
    frontMatter: frontMatter(
      models.map(({ name }) => name),
      method,
      licences,
    ),
    introduction: `A merge of ${models.length} language models, made in the browser with Slerp Studio.`,
    models: models.map(({ label, name }, i) => `- ${modelLine(label, name, licences[i] ?? [])}`).join('\n'),
    procedure: [procedure(recipe), ...(method.includes('slerp') ? [howToRead(recipe.dialect)] : [])].join('\n\n'),
    recipe: fenced(text, 'yaml'),
    prompt: promptFormats(models),
  }
}

/** README.md: the parts that follow the recipe, and between them what a person wrote in the place of the card's own words. */
export function writeCard(parts: CardParts, text: CardText = OWN_WORDS): string {
  const title = text.title?.trim() ?? ''
  const sections: readonly (readonly [heading: string, body: string])[] = [
    [`# ${title === '' ? 'Merged model' : escaped(title)}`, written(text.introduction, parts.introduction)],
    ['## Models', parts.models],
    ['## Procedure', parts.procedure],
    ['## Recipe', parts.recipe],
    ['## Prompt format', written(text.prompt, parts.prompt)],
    ['## Notes', written(text.notes, '')],
  ]
  const filled = sections.flatMap(([heading, body], i) =>
    body === '' ? (i === 0 ? [heading] : []) : [`${heading}\n\n${body}`],
  )
  return `${parts.frontMatter}\n${filled.join('\n\n')}\n`
}

const OWN_WORDS: CardText = { title: null, introduction: null, prompt: null, notes: null }

/** A person's Markdown, with a fence closed that would swallow what follows; the card's own words where there is none. */
function written(text: string | null, own: string): string {
  if (text === null) return own
  const lines = plain(text.replace(/\r\n?/g, '\n')).trim().split('\n')
  let open = ''
  for (const line of lines) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    if (open === '') open = fence?.[1] ?? ''
    else if (fence?.[1]?.startsWith(open) === true && fence[2]?.trim() === '') open = ''
  }
  return [...lines, ...(open === '' ? [] : [open])].join('\n')
}

function frontMatter(
  names: readonly string[],
  methods: readonly string[],
  licences: readonly (readonly string[])[],
): string {
  const lines = [
    '---',
    'base_model:',
    ...names.map((name) => `- ${JSON.stringify(plain(name))}`),
    'library_name: transformers',
  ]
  const named = new Set(licences.map((all) => all.find((line) => line.startsWith('license:'))))
  const [licence] = named
  if (named.size === 1 && licence !== undefined) lines.push(plain(licence))
  lines.push('tags:', '- merge', '- slerp-studio', ...methods.map((method) => `- ${method}`), '---', '')
  return lines.join('\n')
}

function modelLine(label: string, name: string, licence: readonly string[]): string {
  const shown = label === name ? `**${escaped(label)}**` : `**${escaped(label)}** (${escaped(name)})`
  if (licence.length === 0) return `${shown}: no licence line in its README`
  return `${shown}: ${licence.map((line) => escaped(line)).join('; ')}`
}

function procedure(recipe: Recipe): string {
  return recipe.stages
    .map((stage, i) => {
      const dtype = stage.outDtype ?? stage.dtype
      const result = stage.name === null ? 'The result' : `**${escaped(stage.name)}**`
      const stored = dtype === null ? '' : `, rounded to ${DTYPE_WORDS[dtype]}`
      return `${i + 1}. ${result}: ${escaped(describeStage(stage))}${stored}.`
    })
    .join('\n')
}

const DTYPE_WORDS = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const

/** The `license…` lines of a README's front matter, as they stand. */
export function licenceLines(readme: string | null): string[] {
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme ?? '')?.[1] ?? ''
  return front
    .split(/\r?\n/)
    .filter((line) => /^license(_name|_link)?:\s*\S/.test(line))
    .map((line) => line.trim())
}

/** The text under a README's heading that speaks of a prompt format or template; null where there is none. */
export function promptFormat(readme: string | null): string | null {
  const lines = (readme ?? '').split(/\r?\n/)
  const start = lines.findIndex((line) =>
    /^#{1,6}\s.*prompt\b.*(format|template)|^#{1,6}\s.*(format|template)\b.*prompt/i.test(line),
  )
  if (start < 0) return null
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1
  let inFence = false
  const text: string[] = []
  for (const line of lines.slice(start + 1)) {
    if (/^\s*(```|~~~)/.test(line)) inFence = !inFence
    if (!inFence && (/^(#+)\s/.exec(line)?.[1]?.length ?? 7) <= level) break
    text.push(line)
  }
  const trimmed = text.join('\n').trim()
  return trimmed === '' ? null : trimmed.slice(0, PROMPT_CAP)
}

function promptFormats(models: readonly { label: string; readme: string | null }[]): string {
  return models
    .flatMap(({ label, readme }) => {
      const format = promptFormat(readme)
      return format === null ? [] : [`As stated for ${escaped(label)}:\n\n${fenced(plain(format), 'text')}`]
    })
    .join('\n\n')
}

/** A code block whose fence is longer than any run of backticks within. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}\n${fence}`
}

function plain(text: string): string {
  return text.replace(INVISIBLE, '')
}

/** Text from a file as text: no markup, no links, no invisible characters. */
function escaped(text: string): string {
  return plain(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}|#~]/g, '\\$&')
    .replace(/\]\(/g, ']\\(')
}
