import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { StudioError } from '../problem.ts'
import {
  describeJson,
  type JsonObject,
  type JsonValue,
  jsonArray,
  jsonBoolean,
  jsonInteger,
  jsonNumber,
  jsonObject,
  jsonString,
  toJsonNumber,
  writeJson,
} from './json.ts'
import { parseJson, parseJsonBytes } from './json-parser.ts'

/** Our values as plain ones, with numbers as doubles. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...(value as JsonObject)].map(([key, member]) => [key, plain(member)]))
  }
  if (Array.isArray(value)) return value.map(plain)
  return jsonNumber(value) ?? value
}

it('reads what JSON.parse reads, for any value', () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      const expected: unknown = JSON.parse(text)
      const value = parseJson(text, 'x.json')
      // A duplicate key cannot occur, and "__proto__" is a key like any other for both.
      expect(JSON.stringify(plain(value))).toBe(JSON.stringify(expected))
    }),
  )
})

it('gives back the same value after writing and reading', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value = parseJson(text, 'x.json')
      expect(parseJson(writeJson(value), 'x.json')).toEqual(value)
    }),
  )
})

it('writes numbers digit for digit and indents by two spaces, as Hugging Face does', () => {
  const text = '{\n  "a": 1e-05,\n  "b": 18446744073709551617,\n  "c": [\n    1.0,\n    []\n  ],\n  "d": {}\n}'
  expect(writeJson(parseJson(text, 'x.json'))).toBe(text)
})

it.each([
  ['{"a":1,}', 'lacks a key'],
  ['[1,]', 'lacks a value'],
  ['[1', 'not closed'],
  ['{"a" 1}', 'colon'],
  ['"abc', 'not closed'],
  ['"a\nb"', 'not closed'],
  ['"\\x"', 'escape'],
  ['"\\u12g4"', 'escape'],
  ['"\\ud800"', 'surrogate'],
  ['01', 'goes on'],
  ['1.', 'goes on'],
  ['.5', 'lacks a value'],
  ['NaN', 'lacks a value'],
  ['nul', 'lacks a value'],
  ['', 'ends too early'],
  ['{} {}', 'goes on'],
  ['\ufeff{}', 'byte order mark'],
  ['{"outer":{"a":1,"\\u0061":2}}', 'duplicate key "a" inside "outer"'],
  [`${'['.repeat(65)}${']'.repeat(65)}`, 'nested more than 64 deep'],
])('refuses %j', (text, words) => {
  expect(() => parseJson(text, 'some.json')).toThrow(StudioError)
  expect(() => parseJson(text, 'some.json')).toThrow(words)
  expect(() => parseJson(text, 'some.json')).toThrow('some.json: not valid JSON')
})

it('refuses bytes that are not UTF-8, overlong forms among them', () => {
  expect(() => parseJsonBytes(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'some.json')).toThrow(
    'some.json: the text is not valid UTF-8',
  )
})

it('gives integers only where a double holds them and they are written as integers', () => {
  const read = (text: string) => jsonInteger(parseJson(text, 'x.json'))
  expect(['7', '-7', '9007199254740991', '9007199254740992', '4.0', '1e3', '"7"', 'null'].map(read)).toEqual([
    7,
    -7,
    9007199254740991,
    null,
    null,
    null,
    null,
    null,
  ])
})

it('gives null for members of another type, and for absent ones', () => {
  const object = jsonObject(parseJson('{"s":"t","b":true,"n":1e999,"l":[1]}', 'x.json')) as JsonObject
  expect(jsonString(object.get('s'))).toBe('t')
  expect(jsonBoolean(object.get('b'))).toBe(true)
  expect(jsonNumber(object.get('n'))).toBeNull()
  expect(jsonArray(object.get('l'))).toEqual([{ raw: '1' }])
  expect([jsonString(object.get('b')), jsonObject(object.get('l')), jsonArray(object.get('nothing'))]).toEqual([
    null,
    null,
    null,
  ])
})

it('makes numbers that JSON can write', () => {
  expect([1, -0, 0.1, 2n ** 64n].map((value) => toJsonNumber(value).raw)).toEqual([
    '1',
    '-0.0',
    '0.1',
    '18446744073709551616',
  ])
  expect(() => toJsonNumber(Number.NaN)).toThrow('NaN')
})

it('describes values in a few words', () => {
  const words = ['null', '"a"', '12', '[1,2]', '{}', 'true'].map((text) => describeJson(parseJson(text, 'x.json')))
  expect(words).toEqual(['null', '"a"', '12', 'a list of 2', 'an object', 'true'])
  expect(describeJson(undefined)).toBe('nothing')
})
