import { expect, test } from 'vitest'
import type { ModelFolder } from '../src/formats/checkpoint.ts'
import { licenceLines, promptFormat } from '../src/plan/card.ts'
import { type CardText, MAX_CARD_TEXT, readCardText } from '../src/plan/card-text.ts'
import type { Plan } from '../src/plan/plan.ts'
import { cardOf as textOf, withCardText } from '../src/plan/with-card.ts'
import { planInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

const LZLV = `name: C1
merge_method: slerp
base_model: nsfwstory/Mythospice-70b
models:
  - model: nsfwstory/Mythospice-70b
  - model: Xwin-LM/Xwin-LM-70B-V0.1
parameters:
  t: [0.25, 0.3, 0.5]
dtype: float16
---
name: C2
merge_method: slerp
base_model: Xwin-LM/Xwin-LM-70B-V0.1
models:
  - model: Xwin-LM/Xwin-LM-70B-V0.1
  - model: NousResearch/Nous-Hermes-Llama2-70b
parameters:
  t: [0.4, 0.3, 0.25]
dtype: float16
---
merge_method: slerp
base_model: C1
models:
  - model: C1
  - model: C2
parameters:
  t: 0.5
dtype: float16
`

function withReadme(folder: ModelFolder, name: string, text: string): ModelFolder {
  return { name, files: new Map([...folder.files, ['README.md', new Blob([text])]]) }
}

async function cardOf(readmes: readonly [string, string, string]): Promise<string> {
  const names = ['nsfwstory/Mythospice-70b', 'Xwin-LM/Xwin-LM-70B-V0.1', 'NousResearch/Nous-Hermes-Llama2-70b']
  const folders = names.map((name, i) => withReadme(llama(name, {}), name, readmes[i] ?? ''))
  const { plan } = await planInMemory(LZLV, folders)
  const file = plan.files.find(({ name }) => name === 'README.md')
  if (file === undefined || !('text' in file)) throw new Error('no card')
  return file.text
}

const XWIN = `---
license: llama2
---
# Xwin-LM

## Prompt template

\`\`\`
A chat between a curious user and an artificial intelligence assistant. USER: {prompt} ASSISTANT:
\`\`\`

## Benchmarks
numbers
`

const HERMES = `---
language: [en]
license: other
license_name: hermes-licence
license_link: https://example.invalid/licence
---
text
`

test('the card of lzlv has models, licence lines, both gradients in words, the final 0.5, the recipe and the prompt format', async () => {
  await expect(await cardOf(['---\nlicense: llama2\n---\n', XWIN, HERMES])).toMatchFileSnapshot(
    'fixtures/cards/lzlv.md',
  )
})

test('the card names a licence for the result only where all models agree', async () => {
  expect(await cardOf([XWIN, XWIN, XWIN])).toMatch(/^---[\s\S]*\nlicense: llama2\n[\s\S]*?\n---/)
  expect((await cardOf([XWIN, XWIN, HERMES])).split('---')[1]).not.toMatch(/\nlicense:/)
})

test('text from a model folder stays text in the card', async () => {
  const card = await cardOf(['---\nlicense: <img src=x onerror=alert(1)> \u202eevil\n---\n', '', ''])
  expect(card).not.toMatch(/<img/)
  expect(card).not.toContain('\u202e')
  expect(card).toContain('&lt;img src=x onerror=alert(1)&gt;')
})

test('a fence in a prompt format cannot end the code block it stands in', async () => {
  const card = await cardOf(['# Prompt format\n````\nx\n````\n# Hacked\n', '', ''])
  expect(card).toMatch(/`{5}text\n````\nx\n````\n`{5}/)
})

test('licence lines and prompt format are found where they stand, and nothing is made up', () => {
  expect(licenceLines('no front matter\nlicense: mit')).toEqual([])
  expect(licenceLines('---\r\nlicense: mit\r\n---\r\n')).toEqual(['license: mit'])
  expect(promptFormat('# Model\ntext')).toBeNull()
  expect(promptFormat('## Prompt format: Alpaca\n### Instruction:\n### Response:\n## Other')).toBe(
    '### Instruction:\n### Response:',
  )
})

async function planOf(recipe: string, card?: CardText): Promise<Plan> {
  const folders = ['a', 'b'].map((name) => withReadme(llama(name, {}), name, XWIN))
  const { plan } = await planInMemory(recipe, folders, card === undefined ? SETTINGS : { ...SETTINGS, card })
  return plan
}

const SLERP = 'merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.3}\n'
const WORDS: CardText = { title: 'Night *blend*', introduction: 'For long talks.', prompt: '', notes: '- by hand\r\n' }

test('what a person wrote stands in the card between the parts that follow the recipe, and changes no other file', async () => {
  const [plain, mine] = [await planOf(SLERP), await planOf(SLERP, WORDS)]
  const card = textOf(mine) ?? ''
  expect(card).toContain('# Night \\*blend\\*\n\nFor long talks.\n\n## Models\n\n- **a**: license: llama2\n')
  expect(card).toContain('t: 0.3')
  expect(card).not.toContain('Prompt format')
  expect(card.endsWith('\n\n## Notes\n\n- by hand\n')).toBe(true)
  const others = (plan: Plan) => plan.files.filter(({ name }) => name !== 'README.md')
  expect(others(mine)).toEqual(others(plain))
  expect(mine.shards).toEqual(plain.shards)
  const later = textOf(await planOf(SLERP.replace('0.3', '0.7'), WORDS)) ?? ''
  expect(later).toBe(card.replaceAll('0.3', '0.7'))
})

test('a plan takes another text without being made anew, to the same card as a plan that is', async () => {
  const plain = await planOf(SLERP)
  const changed = withCardText(plain, WORDS)
  expect(textOf(changed)).toBe(textOf(await planOf(SLERP, WORDS)))
  expect(changed.settings.card).toEqual(WORDS)
  expect(changed.jobs).toBe(plain.jobs)
  expect(textOf(withCardText(changed, { title: null, introduction: null, prompt: null, notes: null }))).toBe(
    textOf(plain),
  )
})

test('a fence that is left open in what a person wrote does not swallow the parts that follow', async () => {
  const card = textOf(await planOf(SLERP, { ...WORDS, introduction: 'See:\n~~~~\ncode\n~~~' })) ?? ''
  expect(card).toContain('~~~~\ncode\n~~~\n~~~~\n\n## Models')
})

test('a card of a record or of the browser’s storage is taken only where it is one', () => {
  expect(readCardText(WORDS)).toEqual(WORDS)
  for (const wrong of [null, 'x', {}, { ...WORDS, notes: 3 }, { ...WORDS, notes: 'x'.repeat(MAX_CARD_TEXT + 1) }])
    expect(readCardText(wrong)).toBeNull()
})
