import { expect, test } from 'vitest'
import { matchModels, modelKey } from './matching.ts'

const opened = [
  { id: 1, name: 'Xwin-LM-70B-V0.1' },
  { id: 2, name: 'mythospice-70b' },
]

test('the last segment of a path, hub id or Windows path names the folder, whatever the case and revision', () => {
  expect(modelKey('Xwin-LM/Xwin-LM-70B-V0.1')).toBe('xwin-lm-70b-v0.1')
  expect(modelKey('C:\\models\\Mythospice-70B\\')).toBe('mythospice-70b')
  expect(modelKey('./mythospice-70b@main')).toBe('mythospice-70b')
})

test('models are matched to opened folders by name, and what has no folder is absent', () => {
  const matches = matchModels(['Xwin-LM/xwin-lm-70b-v0.1', 'other/model'], opened, new Map())
  expect([...matches]).toEqual([['Xwin-LM/xwin-lm-70b-v0.1', 1]])
})

test('a choice by hand goes before the name, until its folder is closed', () => {
  const chosen = new Map([['a/mythospice-70b', { id: 1, name: 'Xwin-LM-70B-V0.1' }]])
  expect(matchModels(['a/mythospice-70b'], opened, chosen).get('a/mythospice-70b')).toBe(1)
  expect(matchModels(['a/mythospice-70b'], opened.slice(1), chosen).get('a/mythospice-70b')).toBe(2)
})

test('after a reload a choice by hand finds its folder by name', () => {
  const chosen = new Map([['a/b', { id: null, name: 'mythospice-70b' }]])
  expect(matchModels(['a/b'], opened, chosen).get('a/b')).toBe(2)
})

test('one folder never stands for two models on its own, nor one of two folders of the same name for a model', () => {
  const bases = [
    { id: 1, name: 'base' },
    { id: 2, name: 'base' },
  ]
  expect(matchModels(['org1/base', 'org2/base'], bases.slice(1), new Map()).size).toBe(0)
  expect(matchModels(['org1/base'], bases, new Map()).size).toBe(0)
  const chosen = new Map([
    ['org1/base', { id: 1, name: 'base' }],
    ['org2/base', { id: 2, name: 'base' }],
  ])
  expect([...matchModels(['org1/base', 'org2/base'], bases, chosen).values()]).toEqual([1, 2])
})
