import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMarkdown } from './markdown.ts'

test('front matter, headings, paragraphs, lists and code are told apart', () => {
  const card = `---\nlicense: mit\n---\n# A *merge*\n\nTwo **models**,\nso: \`t\`.\n\n- **a** (org/a): b\n  and more\n- c\n\n1. one\n2. two\n\n\`\`\`\`yaml\nt: 0.5\n\`\`\`\n\`\`\`\`\nend\n`
  expect(readMarkdown(card)).toEqual([
    { kind: 'front', text: 'license: mit' },
    {
      kind: 'heading',
      level: 1,
      text: [
        { kind: 'text', text: 'A ' },
        { kind: 'italic', text: 'merge' },
      ],
    },
    {
      kind: 'paragraph',
      text: [
        { kind: 'text', text: 'Two ' },
        { kind: 'bold', text: 'models' },
        { kind: 'text', text: ',\nso: ' },
        { kind: 'code', text: 't' },
        { kind: 'text', text: '.' },
      ],
    },
    {
      kind: 'list',
      ordered: false,
      items: [
        [
          { kind: 'bold', text: 'a' },
          { kind: 'text', text: ' (org/a): b\nand more' },
        ],
        [{ kind: 'text', text: 'c' }],
      ],
    },
    { kind: 'list', ordered: true, items: [[{ kind: 'text', text: 'one' }], [{ kind: 'text', text: 'two' }]] },
    { kind: 'code', text: 't: 0.5\n```' },
    { kind: 'paragraph', text: [{ kind: 'text', text: 'end' }] },
  ])
})

test('what is escaped is text, and so are links, images and HTML', () => {
  const text = '\\*no\\* &lt;b&gt; [a](javascript:alert(1)) ![x](y) <script>z</script> https://example.org'
  expect(readMarkdown(text)).toEqual([
    {
      kind: 'paragraph',
      text: [
        {
          kind: 'text',
          text: '*no* <b> [a](javascript:alert(1)) ![x](y) <script>z</script> https://example.org',
        },
      ],
    },
  ])
})

test('any text is read to its end, and no letter or digit of it is lost', () => {
  const line = fc.constantFrom('# a', '- b', '```', '~~~', '---', '1. c', '**d', '`e', '*f*', '', '  g', '\\', 'h & i')
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 30 }), (lines) => {
      const shown = JSON.stringify(readMarkdown(lines.join('\n')))
      for (const letter of lines.join('\n').match(/[a-i](?=$|\n)/g) ?? []) expect(shown).toContain(letter)
    }),
  )
})
