import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unpickle } from './pickle.ts'
import { PickleCall, type PickleDict, PickleFloat, PickleList, PicklePersistent, PickleTuple } from './pickle-values.ts'

/** Opcodes as text, one character a byte. */
function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function read(text: string) {
  return unpickle(bytes(text), 0, 'some.bin')?.value
}

describe('values of the protocols 2 to 5', () => {
  it.each([
    ['NONE', 'N.', null],
    ['NEWTRUE', '\x88.', true],
    ['BININT, negative', 'J\xfe\xff\xff\xff.', -2],
    ['BININT1', 'K\x07.', 7],
    ['BININT2', 'M\x01\x02.', 513],
    ['LONG1, empty', '\x8a\x00.', 0],
    ['LONG1, negative', '\x8a\x01\xff.', -1],
    ['LONG1, beyond 2^53', '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.', 0x1950a86a20f9469cfc6cn],
    ['BINFLOAT', 'G\x40\x04\x00\x00\x00\x00\x00\x00.', new PickleFloat(2.5)],
    ['BINUNICODE', 'X\x02\x00\x00\x00\xc3\xa9.', 'é'],
    ['SHORT_BINUNICODE in a FRAME', '\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00\x8c\x01a.', 'a'],
    ['SHORT_BINSTRING', 'U\x01\xe9.', 'é'],
    ['BYTEARRAY8 of protocol 5', '\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00ab.', bytes('ab')],
    ['TUPLE2', 'K\x01K\x02\x86.', new PickleTuple([1, 2])],
    ['TUPLE', '(K\x01(K\x02tt.', new PickleTuple([1, new PickleTuple([2])])],
    ['APPENDS', '](K\x01K\x02e.', new PickleList([1, 2])],
    ['memo', 'U\x01aq\x05K\x01\x86h\x05\x86.', new PickleTuple([new PickleTuple(['a', 1]), 'a'])],
    ['MEMOIZE', 'U\x01a\x94h\x00\x86.', new PickleTuple(['a', 'a'])],
    ['POP and POP_MARK', 'K\x01K\x020(K\x03K\x041.', 1],
  ])('%s', (_, text, value) => {
    expect(read(text)).toEqual(value)
  })
})

it('reads dicts and OrderedDicts, with attributes that are of no use', () => {
  const dict = read('}(U\x01aK\x01U\x09__proto__K\x02u.') as PickleDict
  expect([...dict.entries]).toEqual([
    ['a', 1],
    ['__proto__', 2],
  ])
  const ordered = read('ccollections\nOrderedDict\n)R(U\x01aK\x01u}U\x09_metadataNsb.') as PickleDict
  expect([...ordered.entries]).toEqual([['a', 1]])
  const pairs = read('ccollections\nOrderedDict\n](U\x01aK\x01\x86U\x01bK\x02\x86e\x85R.') as PickleDict
  expect([...pairs.entries.keys()]).toEqual(['a', 'b'])
})

it('keeps a call to an allowed function as data, whichever opcode names it', () => {
  const call = new PickleCall('torch.Size', [new PickleTuple([2])])
  expect(read('ctorch\nSize\nK\x02\x85\x85R.')).toEqual(call)
  expect(read('\x80\x04\x8c\x05torch\x8c\x04Size\x93K\x02\x85\x85R.')).toEqual(call)
})

it('lists references to storages, also those whose value was dropped', () => {
  const unpickled = unpickle(bytes('U\x01kQ0N.'), 0, 'some.bin')
  expect(unpickled?.value).toBeNull()
  expect(unpickled?.persistent).toEqual([new PicklePersistent('k')])
})

describe('everything else is refused, naming the file and what it asked for', () => {
  it.each([
    ['a foreign function', 'cposix\nsystem\n.', 'posix.system'],
    ['a foreign function that is dropped again', 'cos\nsystem\n0N.', 'os.system'],
    ['one named on the stack', '\x8c\x08builtins\x8c\x04eval\x93.', 'builtins.eval'],
    ['one called at once', '(U\x02lsios\nsystem\n.', 'os.system'],
    ['a name that only looks allowed', 'ctorch._utils\n_rebuild_tensor_v2 \n.', '_rebuild_tensor_v2'],
    ['an attribute of an allowed class', 'ctorch\nSize.__reduce__\n.', 'torch.Size.__reduce__'],
    ['a call of something that is no name', 'K\x01)R.', 'not a named function'],
    ['BUILD on a class', 'ctorch\nSize\n}b.', 'BUILD'],
    ['the extension registry', '\x82\x01.', '0x82'],
    ['text opcodes of protocol 0', 'I1\n.', '0x49 ("I")'],
    ['a persistent id as text', 'Pkey\n.', '0x50 ("P")'],
    ['a buffer from outside', '\x97.', '0x97'],
    ['a protocol to come', '\x80\x06N.', 'protocol 6'],
    ['a name set twice', '}(U\x01aK\x01U\x01aK\x02u.', 'duplicate key: "a"'],
    ['an empty stack', '0.', 'takes more values'],
    ['a mark that was not set', 't.', 'mark'],
    ['a memo entry that is not there', 'h\x01.', 'recalls'],
    ['text that is no UTF-8', 'X\x01\x00\x00\x00\xff.', 'UTF-8'],
  ])('%s', (_, text, words) => {
    expect(() => read(text)).toThrow(words)
    expect(() => read(text)).toThrow('some.bin')
  })
})

it('answers null where the bytes end first, whatever length they promise', () => {
  for (const text of ['', 'K', 'X\xff\xff\xff\xffab', '\x8d\x00\x00\x00\x00\x00\x00\x00\x40ab', 'cos', '\x80']) {
    expect(unpickle(bytes(text), 0, 'some.bin'), text).toBeNull()
  }
})

it('ends on any stream of opcodes, with a value, with null or with an error of ours', () => {
  const opcodes = [
    ...'.(01N\x88JKM\x8aGX\x8cU\x42\x43\x28\x32hjqr\x94)\x85\x86\x87t]\x8fl\x91ae}dsu\x80\x95ci\x93R\x81bQ',
  ]
  const piece = fc.oneof(
    fc.constantFrom(...opcodes, 'ctorch\nSize\n', 'ccollections\nOrderedDict\n', 'U\x01a', 'K\x02'),
    fc.string({ maxLength: 3 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        unpickle(bytes(pieces.join('')), 0, 'some.bin')
      } catch (cause) {
        expect((cause as Error).name).toBe('StudioError')
      }
    }),
    { numRuns: 5000 },
  )
})
