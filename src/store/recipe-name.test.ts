import { expect, test } from 'vitest'
import { cleanName, fileNameOf, MAX_NAME, nameOfFile } from './recipe-name.ts'

test.each([
  ['', 'recipe'],
  ['  ', 'recipe'],
  ['lzlv 70B', 'lzlv-70B'],
  ['../../etc/passwd', 'etc-passwd'],
  ['.hidden', 'hidden'],
  ['C:\\new', 'C-new'],
  ['NUL', 'recipe'],
  ['Grüße, Welt!', 'Grüße-Welt'],
  ['<b>x</b>', 'b-x-b'],
])('the name %j names the file %j', (name, file) => {
  expect(fileNameOf(name)).toBe(file)
})

test.each([
  ['lzlv.yml', 'lzlv'],
  ['my merge.yaml', 'my merge'],
  ['lzlv-mergekit.yml', 'lzlv'],
  ['mergekit_config.yml', ''],
  ['README.md', ''],
  ['config (1).yaml', ''],
])('a recipe in the file %s is called %j', (file, name) => {
  expect(nameOfFile(file)).toBe(name)
})

test('a name is one line of visible characters, and not endless', () => {
  expect(cleanName('a\u202Eb\nc')).toBe('a b c')
  expect(cleanName('x'.repeat(500))).toHaveLength(MAX_NAME)
})
