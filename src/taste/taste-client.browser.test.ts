import { expose } from 'comlink'
import { afterEach, expect, it, vi } from 'vitest'
import { TasteClient } from './taste-client.ts'

afterEach(() => vi.unstubAllGlobals())

it('tells nothing of a text that is whole, however late its worker tells', async () => {
  let tellLate = async (_: string): Promise<void> => undefined
  const worker = {
    open: async () => undefined,
    speak: async (_who: unknown, _request: unknown, onText: (text: string) => Promise<void>) => {
      await onText('So')
      tellLate = onText
      return 'So it is.'
    },
  }
  const { port1, port2 } = new MessageChannel()
  expose(worker, port2)
  vi.stubGlobal('Worker', function Worker() {
    return Object.assign(port1, { terminate: () => port1.close() })
  })
  const client = new TasteClient([])
  const told: string[] = []
  const request = { prompt: 'Is it?', temperature: 0, tokens: 3, seed: 1 }
  expect(await client.speak('merged', request, (text) => told.push(text))).toBe('So it is.')
  await tellLate('So it')
  expect(told).toEqual(['So'])
  client.end()
})
