import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdsRecipe, recipeOfLink, shareLink } from './share.ts'

const PAGE = 'https://studio.example/merge/?x=1#old'

test('a link gives back any recipe, character for character, and keeps it out of what is sent to a server', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 400 }), async (text) => {
      const link = await shareLink(text, PAGE)
      expect(holdsRecipe(link)).toBe(true)
      expect(link.slice(0, link.indexOf('#'))).toBe('https://studio.example/merge/?x=1')
      expect(await recipeOfLink(link)).toBe(text)
    }),
    { numRuns: 60 },
  )
})

test('a link that was cut off or changed is refused in a sentence', async () => {
  const link = await shareLink('merge_method: slerp\n'.repeat(20), PAGE)
  for (const broken of [link.slice(0, -6), `${link.slice(0, -4)}!!!!`, `${PAGE.replace('#old', '')}#recipe=`])
    await expect(recipeOfLink(broken)).rejects.toThrow(/cannot be read: the link was cut off/)
})

test('a small link that unpacks to more than a recipe is refused', async () => {
  const link = await shareLink('a'.repeat(3 << 20), PAGE)
  expect(link.length).toBeLessThan(10_000)
  await expect(recipeOfLink(link)).rejects.toThrow(/longer than 1048576 bytes/)
})

test('text that is no link holds no recipe', () => {
  for (const text of ['merge_method: slerp', '# a comment\n#recipe=x y', 'https://studio.example/#other=1'])
    expect(holdsRecipe(text)).toBe(false)
})
