import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { memorySink } from '../../test/support/merge-in-memory.ts'
import { sha256Files } from './sha256-files.ts'

test('files get the hashes that the platform computes, and every byte is counted', async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7)
  const sink = memorySink(
    new Map([
      ['empty', new Uint8Array(0)],
      ['some', bytes],
    ]),
  )
  let counted = 0
  const hashes = await sha256Files(sink, ['some', 'empty'], (n) => (counted += n), new AbortController().signal)
  for (const [name, content] of sink.files)
    expect(hashes.get(name)).toBe(createHash('sha256').update(content).digest('hex'))
  expect(counted).toBe(bytes.length)
})
