import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JsonValue, jsonArray, jsonObject, jsonString } from '../../formats/json.ts'
import { readJsonObject } from '../../formats/json-file.ts'
import { joinPairs, MergeTable } from './bpe.ts'
import { textTokenizer } from './text-tokenizer.ts'

const KINDS = ['gpt2', 'gpt2-prefixed', 'llama3', 'llama2', 'llama2-metaspace']

async function fixture(kind: string) {
  const bytes = await readFile(`test/fixtures/taste/tokenizers/${kind}.json`)
  const json = await readJsonObject(kind, new Blob([bytes]))
  const tokenizer = textTokenizer(jsonObject(json.get('tokenizer')) ?? new Map())
  const cases = (jsonArray(json.get('cases')) ?? []).map((value) => {
    const entry = jsonObject(value)
    return {
      text: jsonString(entry?.get('text')) ?? '',
      ids: (jsonArray(entry?.get('ids')) ?? []).map((id) => Number((id as { raw: string }).raw)),
      decoded: jsonString(entry?.get('decoded')) ?? '',
    }
  })
  return { json, tokenizer, cases }
}

describe.each(KINDS)('a tokenizer of the kind %s', (kind) => {
  it('gives the ids that the tokenizers library gives', async () => {
    const { tokenizer, cases } = await fixture(kind)
    expect(cases.length).toBeGreaterThan(15)
    for (const { text, ids } of cases) expect({ text, ids: tokenizer.encode(text) }).toEqual({ text, ids })
  })

  it('gives the text that the tokenizers library gives', async () => {
    const { tokenizer, cases } = await fixture(kind)
    for (const { ids, decoded } of cases) expect(tokenizer.decode(ids)).toBe(decoded)
  })
})

async function withPart(part: string, value: JsonValue) {
  const { json } = await fixture('llama3')
  return textTokenizer(new Map([...(jsonObject(json.get('tokenizer')) ?? []), [part, value]]))
}

it('refuses parts that it does not know, by name', async () => {
  const unigram = new Map<string, JsonValue>([
    ['type', 'Unigram'],
    ['vocab', []],
  ])
  await expect(withPart('model', unigram)).rejects.toThrow('tokenizer.json: the model is "Unigram"')
  await expect(withPart('normalizer', new Map([['type', 'Nmt']]))).rejects.toThrow('the normalizer is "Nmt"')
  await expect(withPart('decoder', new Map([['type', 'CTC']]))).rejects.toThrow('the decoder is "CTC"')
})

it('runs no pattern of a file', async () => {
  const split: JsonValue = new Map<string, JsonValue>([
    ['type', 'Split'],
    ['pattern', new Map([['Regex', '(a+)+$']])],
    ['behavior', 'Isolated'],
  ])
  await expect(withPart('pre_tokenizer', split)).rejects.toThrow(
    '"(a+)+$", which is none of those that the studio knows',
  )
})

it('joins pairs in the order of their ranks, as joining one at a time does', () => {
  const symbols = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 })
  const pairs = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })), {
    maxLength: 12,
    selector: String,
  })
  fc.assert(
    fc.property(symbols, pairs, (ids, merges) => {
      const table = new MergeTable()
      for (const [rank, [left, right]] of merges.entries()) table.add(left, right, { rank, id: 5 + rank })
      expect(joinPairs(ids, table)).toEqual(oneAtATime(ids, merges))
    }),
  )
})

function oneAtATime(symbols: readonly number[], merges: readonly (readonly [number, number])[]): number[] {
  const ids = [...symbols]
  for (;;) {
    let best = { rank: merges.length, at: -1 }
    for (let at = 0; at + 1 < ids.length; at++) {
      const rank = merges.findIndex(([left, right]) => left === ids[at] && right === ids[at + 1])
      if (rank >= 0 && rank < best.rank) best = { rank, at }
    }
    if (best.at < 0) return ids
    ids.splice(best.at, 2, 5 + best.rank)
  }
}
