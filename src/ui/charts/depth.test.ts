import { expect, test } from 'vitest'
import type { Job } from '../../plan/plan.ts'
import { depthAxisOf, neighbour } from './depth-axis.ts'
import { cellBoxes, depthScale, jobAt, layerTicks } from './depth-layout.ts'

const PARTS = ['input_layernorm', 'mlp.down_proj', 'mlp.gate_proj', 'self_attn.k_proj', 'self_attn.q_proj']

function llama(layers: number): Job[] {
  const names = [
    'lm_head',
    'model.embed_tokens',
    ...Array.from({ length: layers }, (_, layer) => PARTS.map((part) => `model.layers.${layer}.${part}`)).flat(),
    'model.norm',
  ]
  return names.map((name) => {
    const layer = /layers\.(\d+)\./.exec(name)?.[1]
    return { name: `${name}.weight`, layer: layer === undefined ? null : Number(layer) } as Job
  })
}

test('the depth axis runs from embed_tokens through the layers to norm and lm_head, whatever the order of the file', () => {
  const { places } = depthAxisOf(llama(3))
  expect(places.map(({ name }) => name)).toEqual(['embed_tokens', 'layer 0', 'layer 1', 'layer 2', 'norm', 'lm_head'])
})

test('the tensors of a layer are listed by module: attention, mlp, norms', () => {
  const { rows } = depthAxisOf(llama(1))
  expect(rows.map(({ module, short }) => `${module} ${short}`)).toEqual([
    'self_attn q_proj',
    'self_attn k_proj',
    'mlp gate_proj',
    'mlp down_proj',
    'norms input_layernorm',
  ])
})

test('every job of an 80-layer model has a cell of its own, and its middle leads back to it', () => {
  const jobs = llama(80)
  const axis = depthAxisOf(jobs)
  const scale = depthScale(axis, 84, 700)
  const boxes = cellBoxes(axis, scale, 1, 10)
  expect(boxes).toHaveLength(jobs.length)
  for (const [job, { x, y, width, height }] of boxes.entries()) {
    expect(jobAt(boxes, x + width / 2, y + height / 2)).toBe(job)
    expect(x).toBeGreaterThanOrEqual(84)
    expect(x + width).toBeLessThanOrEqual(700 + 1e-9)
  }
})

test('labelled layers begin with the first, end with the last and leave each other room', () => {
  const axis = depthAxisOf(llama(80))
  const scale = depthScale(axis, 84, 500)
  const ticks = layerTicks(axis, scale, 26)
  expect(ticks[0]).toBe(0)
  expect(ticks.at(-1)).toBe(79)
  const each = (scale.layersTo - scale.layersFrom) / 80
  for (const [at, tick] of ticks.slice(1).entries()) expect((tick - (ticks[at] ?? 0)) * each).toBeGreaterThanOrEqual(26)
})

test('arrow keys keep to a tensor across layers, step through a layer, and reach every job', () => {
  const jobs = llama(3)
  const axis = depthAxisOf(jobs)
  const start = jobs.findIndex(({ name }) => name === 'model.layers.0.mlp.gate_proj.weight')
  const right = neighbour(axis, start, 'ArrowRight')
  expect(jobs[right ?? -1]?.name).toBe('model.layers.1.mlp.gate_proj.weight')
  expect(neighbour(axis, right ?? -1, 'ArrowLeft')).toBe(start)
  expect(jobs[neighbour(axis, start, 'ArrowUp') ?? -1]?.name).toBe('model.layers.0.self_attn.k_proj.weight')
  expect(jobs[neighbour(axis, start, 'Home') ?? -1]?.name).toBe('model.embed_tokens.weight')
  expect(jobs[neighbour(axis, start, 'End') ?? -1]?.name).toBe('lm_head.weight')
  const seen = new Set([start])
  for (const job of seen)
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
      const next = neighbour(axis, job, key)
      if (next !== null) seen.add(next)
    }
  expect(seen.size).toBe(jobs.length)
})

test('a model without layers, or with one, has an axis all the same', () => {
  for (const layers of [0, 1]) {
    const axis = depthAxisOf(llama(layers))
    const scale = depthScale(axis, 0, 100)
    expect(scale.width.every((width) => width > 0)).toBe(true)
    expect(layerTicks(axis, scale, 26)).toEqual(layers === 0 ? [] : [0])
  }
})
