import { expect, test } from 'vitest'
import { helpPlace } from './sections.ts'

test('the part of the address behind #help names the place, and other addresses ask for no help', () => {
  expect(helpPlace('#help')).toBe('')
  expect(helpPlace('#help/')).toBe('')
  expect(helpPlace('#help/term-gram')).toBe('term-gram')
  for (const hash of ['', '#', '#helpless', '#recipe=help', '#help/<b>', '#help/a b'])
    expect(helpPlace(hash), hash).toBeNull()
})
