import { expect, it } from 'vitest'
import { lackingSentence } from './lacking.tsx'

it('what a browser lacks is one sentence that also says what works; nothing where it lacks nothing', () => {
  const all = { folders: true, storage: true, gpu: true }
  expect(lackingSentence(all)).toBeNull()
  expect(lackingSentence({ ...all, gpu: false })).toMatch(/no WebGPU.*WebAssembly/)
  expect(lackingSentence({ ...all, folders: false })).toMatch(/no folder access.*files.*storage.*download/)
  expect(lackingSentence({ ...all, folders: false, gpu: false })).toMatch(/no WebGPU.*WebAssembly.*download/)
  expect(lackingSentence({ folders: false, storage: false, gpu: true })).toMatch(/charts work.*Firefox/)
})
