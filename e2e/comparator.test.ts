import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readCheckpoint } from './checkpoint-on-disk.ts'
import { compareWithCase, readCase } from './comparator.ts'
import { CONFORMANCE, caseFolder } from './conformance-cases.ts'
import { ulpDistance } from './ulp.ts'
import { type TensorBytes, writeSafetensors } from './write-safetensors.ts'

const CASE = 'gradient-slerp'

let output: string

beforeEach(() => {
  output = mkdtempSync(join(tmpdir(), 'slerp-comparator-'))
  cpSync(join(caseFolder(CASE), 'expected/exact/model.safetensors'), join(output, 'model.safetensors'))
  const { config, files } = readCase(caseFolder(CASE))
  writeFileSync(join(output, 'config.json'), JSON.stringify(config))
  for (const file of files ?? []) writeFileSync(join(output, file), '{}')
})

afterEach(() => rmSync(output, { recursive: true }))

function tensors(): Map<string, TensorBytes> {
  const { tensors } = readCheckpoint(output)
  return new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, bytes: new Uint8Array(tensor.bytes) }]))
}

function failuresAfter(change: (tensors: Map<string, TensorBytes>) => void): readonly string[] {
  const changed = tensors()
  change(changed)
  writeSafetensors(join(output, 'model.safetensors'), changed)
  return compareWithCase(caseFolder(CASE), output).failures
}

function get(all: Map<string, TensorBytes>, name: string): TensorBytes {
  const tensor = all.get(name)
  if (tensor === undefined) throw new Error(`no ${name}`)
  return tensor
}

test('the expected result itself passes, with every element exact', () => {
  expect(compareWithCase(caseFolder(CASE), output)).toMatchObject({
    pass: true,
    failures: [],
    exactFraction: 1,
    maxUlp: 0,
  })
})

test('rewriting the tensors without a change passes', () => {
  expect(failuresAfter(() => undefined)).toEqual([])
})

test('one element with its sign flipped fails, naming the tensor', () => {
  const failures = failuresAfter((all) => {
    const { bytes } = get(all, 'lm_head.weight')
    bytes[1] = (bytes[1] ?? 0) ^ 0x80
  })
  expect(failures).toEqual([expect.stringMatching(/^1 of \d+ elements differ by more than 1 ulp.*lm_head\.weight$/)])
})

test('every element one unit off fails by the exact fraction alone', () => {
  const failures = failuresAfter((all) => {
    for (const { bytes } of all.values()) for (let i = 0; i < bytes.length; i += 2) bytes[i] = (bytes[i] ?? 0) ^ 1
  })
  expect(failures).toEqual(['exact fraction 0.000000 is below 0.998'])
})

test('a NaN fails', () => {
  const failures = failuresAfter((all) => get(all, 'model.norm.weight').bytes.set([0xc0, 0x7f]))
  expect(failures[0]).toBe('model.norm.weight: 1 values are NaN or infinite where finite ones are expected')
})

test('a missing and an extra tensor fail, rotary buffers only warn', () => {
  const failures = failuresAfter((all) => {
    all.set('model.extra.weight', get(all, 'model.norm.weight'))
    all.set('model.layers.0.self_attn.rotary_emb.inv_freq', get(all, 'model.norm.weight'))
    all.delete('model.norm.weight')
  })
  expect(failures).toEqual(['extra tensor model.extra.weight', 'missing tensor model.norm.weight'])
  expect(compareWithCase(caseFolder(CASE), output).warnings).toEqual([
    'extra tensor model.layers.0.self_attn.rotary_emb.inv_freq',
  ])
})

test('another dtype of the same size fails', () => {
  const failures = failuresAfter((all) =>
    all.set('model.norm.weight', { ...get(all, 'model.norm.weight'), dtype: 'F16' }),
  )
  expect(failures).toEqual(['model.norm.weight: dtype F16, expected BF16'])
})

test('the same elements in another shape fail', () => {
  const failures = failuresAfter((all) => {
    const norm = get(all, 'model.norm.weight')
    all.set('model.norm.weight', { ...norm, shape: [1, ...norm.shape] })
  })
  expect(failures).toEqual([expect.stringMatching(/^model\.norm\.weight: shape \[1, \d+\], expected \[\d+\]$/)])
})

test('a wrong value in config.json fails, and so does its absence', () => {
  writeFileSync(join(output, 'config.json'), JSON.stringify({ ...readCase(caseFolder(CASE)).config, vocab_size: 7 }))
  expect(compareWithCase(caseFolder(CASE), output).failures).toEqual([
    expect.stringContaining('config.json: vocab_size is 7, expected'),
  ])
  rmSync(join(output, 'config.json'))
  expect(compareWithCase(caseFolder(CASE), output).failures).toEqual(['config.json is missing'])
})

test('an index that names the wrong shard or misses a tensor fails', () => {
  const weightMap = Object.fromEntries([...tensors().keys()].map((name) => [name, 'model.safetensors']))
  const write = (map: object) =>
    writeFileSync(join(output, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
  write(weightMap)
  expect(compareWithCase(caseFolder(CASE), output).failures).toEqual([])
  const { 'lm_head.weight': _, ...rest } = weightMap
  write({ ...rest, 'model.ghost.weight': 'model.safetensors' })
  expect(compareWithCase(caseFolder(CASE), output).failures).toEqual([
    'model.ghost.weight: in the index, not in any shard',
    'lm_head.weight: in a shard, not in the index',
  ])
})

test('a shard cut short cannot be compared', () => {
  const file = join(output, 'model.safetensors')
  writeFileSync(file, readFileSync(file).subarray(0, -1))
  expect(() => compareWithCase(caseFolder(CASE), output)).toThrow(/bytes, and the header describes/)
})

test('a named stage is compared with its own reference', () => {
  const folder = caseFolder('lzlv')
  const stage = (name: string) => join(folder, 'expected/exact', name, 'model.safetensors')
  expect(compareWithCase(folder, stage('component1'), { stage: 'component1' }).pass).toBe(true)
  expect(compareWithCase(folder, stage('component1'), { stage: 'component2' }).pass).toBe(false)
  expect(compareWithCase(folder, stage('component1')).pass).toBe(false)
})

describe('the exact result passes against what mergekit wrote', () => {
  const names = readdirSync(join(CONFORMANCE, 'cases'))
  test.each(names)('%s', (name) => {
    const folder = caseFolder(name)
    const exact = join(folder, 'expected/exact/model.safetensors')
    expect(compareWithCase(folder, exact, { reference: 'mergekit' }).failures).toEqual([])
  })
})

test.each([
  [1.0078125, 1, 'BF16', 1, 1],
  [0.99609375, 1, 'BF16', 1, 0.5],
  [1 + 2 ** -23, 1, 'F32', 1, 1],
  [2 ** -24, 0, 'F16', 0, 1],
  // The floor: the largest magnitude is 1, so that nothing is counted in units below 2^-26.
  [2 ** -26, 0, 'F32', 1, 1],
  [2 ** -25, 2 ** -40, 'F32', 1, 2 - 2 ** -14],
  [Number.NaN, Number.NaN, 'F32', 1, 0],
  [Number.NaN, 1, 'F32', 1, Number.POSITIVE_INFINITY],
])('%d is not %d: in %s, beside %d, they are %d units apart', (got, want, dtype, top, units) => {
  expect(ulpDistance(got, want, dtype, top)).toBe(units)
})
