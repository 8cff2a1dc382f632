import { describe, expect, test } from 'vitest'
import { applyEdit, applyEdits } from './apply-edit.ts'
import { accept, edited } from './recipe-text.ts'

const HEAD = 'merge_method: slerp # kept\nbase_model: a\nmodels: [{model: a}, {model: b}]\nparameters: {t: 0.5}\n'
const TAIL = 'dtype: float16\n'
const vocabularyOf = (text: string) => accept(text).stages.at(-1)?.vocabulary

describe('whose tokens the result has', () => {
  test('is written where nothing was said, changed in place, and taken out again', () => {
    const union = edited(HEAD + TAIL, { kind: 'set-vocabulary', stage: null, tokens: 'union' })
    expect(union).toBe(`${HEAD}${TAIL}tokenizer_source: union\n`)
    const base = edited(union, { kind: 'set-vocabulary', stage: null, tokens: 'base' })
    expect(base).toBe(union.replace('union', 'base'))
    const model = edited(base, { kind: 'set-vocabulary', stage: null, tokens: { model: 'b' } })
    expect(vocabularyOf(model)?.source).toEqual({ model: 'b' })
    expect(edited(model, { kind: 'set-vocabulary', stage: null, tokens: 'common' })).toBe(HEAD + TAIL)
  })

  test('goes into a tokenizer mapping that is there, whose tokens stay', () => {
    const text = `${HEAD}tokenizer:\n  tokens: # mine\n    x: {source: b}\n${TAIL}`
    const after = edited(text, { kind: 'set-vocabulary', stage: null, tokens: 'base' })
    expect(after).toContain('# mine')
    expect(vocabularyOf(after)).toMatchObject({ source: 'base', tokens: new Map([['x', expect.anything()]]) })
  })

  test('is set for every document of a recipe at once', () => {
    const text = `name: one\n${HEAD}---\nmerge_method: slerp\nbase_model: one\nmodels: [{model: one}, {model: b}]\nparameters: {t: 0.5}\n`
    const edits = [null, 'one'].map((stage) => ({ kind: 'set-vocabulary', stage, tokens: 'union' }) as const)
    const after = applyEdits(text, edits)
    const stages = accept('text' in after ? after.text : '').stages
    expect(stages.map(({ vocabulary }) => vocabulary?.source)).toEqual(['union', 'union'])
  })
})

describe('padding', () => {
  test('turns tokenizer_source into the mapping that can say it, and back out of it', () => {
    const padded = edited(`${HEAD}tokenizer_source: base # why\n${TAIL}`, {
      kind: 'set-padding',
      stage: null,
      multiple: 64,
    })
    expect(padded).toBe(`${HEAD}tokenizer: {source: base, pad_to_multiple_of: 64} # why\n${TAIL}`)
    const other = edited(padded, { kind: 'set-padding', stage: null, multiple: 8 })
    expect(vocabularyOf(other)).toMatchObject({ source: 'base', padToMultiple: 8 })
    const none = edited(other, { kind: 'set-padding', stage: null, multiple: null })
    expect(vocabularyOf(none)).toMatchObject({ source: 'base', padToMultiple: null })
  })

  test('of common rows is refused in a sentence, since a recipe cannot say it', () => {
    expect(applyEdit(HEAD, { kind: 'set-padding', stage: null, multiple: 64 })).toEqual({
      problem: expect.stringMatching(/choose the base model’s rows or the union by token first/),
    })
  })
})

describe('the chat template', () => {
  const LITERAL = "{% for m in messages %}\n'{{ m['content'] }}': #\n{% endfor %}\n"
  test.each(['auto', 'chatml', LITERAL])('%j is read back as it was written', (template) => {
    for (const text of [HEAD + TAIL, `${HEAD}chat_template: alpaca\n${TAIL}`]) {
      const after = edited(text, { kind: 'set-chat-template', stage: null, template })
      expect(accept(after).stages.at(-1)).toMatchObject({ chatTemplate: template, dtype: 'F16' })
      expect(edited(after, { kind: 'set-chat-template', stage: null, template: null })).toBe(HEAD + TAIL)
    }
  })

  test('written as a block is replaced and taken out without the lines that follow', () => {
    const text = `${HEAD}chat_template: |\n  {{ a }}\n  {{ b }}\n${TAIL}`
    const after = edited(text, { kind: 'set-chat-template', stage: null, template: 'auto' })
    expect(after).toBe(`${HEAD}chat_template: auto\n${TAIL}`)
    expect(edited(text, { kind: 'set-chat-template', stage: null, template: null })).toBe(HEAD + TAIL)
  })
})
