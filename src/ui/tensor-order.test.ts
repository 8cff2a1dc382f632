import { expect, test } from 'vitest'
import type { Job } from '../plan/plan.ts'
import { orderTensors } from './tensor-order.ts'

const jobs = [
  { name: 'model.layers.10.mlp.up_proj.weight', byteLength: 30 },
  { name: 'model.layers.2.self_attn.q_proj.weight', byteLength: 10 },
  { name: 'model.norm.weight', byteLength: 20 },
] as Job[]

test('names are sorted with their numbers as numbers', () => {
  const rows = orderTensors(jobs, '', { key: 'name', descending: false })
  expect(rows.map(({ place }) => place)).toEqual([1, 0, 2])
})

test('a filter keeps the rows that hold all of its words, whatever their case', () => {
  const rows = orderTensors(jobs, 'LAYERS proj', { key: 'size', descending: true })
  expect(rows.map(({ place }) => place)).toEqual([0, 1])
})
