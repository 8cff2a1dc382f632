import { type Block, type Inline, readMarkdown } from './markdown.ts'

/** Markdown as elements, never as HTML. @param level heading level of the text's first level */
export function MarkdownView({ text, level }: { readonly text: string; readonly level: number }) {
  return readMarkdown(text).map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a block of a text is its place.
    <BlockView key={index} block={block} level={level} />
  ))
}

function BlockView({ block, level }: { readonly block: Block; readonly level: number }) {
  switch (block.kind) {
    case 'heading': {
      const Heading = `h${Math.min(6, level + block.level - 1)}` as 'h3'
      return (
        <Heading>
          <Words text={block.text} />
        </Heading>
      )
    }
    case 'paragraph':
      return (
        <p>
          <Words text={block.text} />
        </p>
      )
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      return (
        <List>
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an item of a text is its place.
            <li key={index}>
              <Words text={item} />
            </li>
          ))}
        </List>
      )
    }
    case 'front':
    case 'code':
      return <pre className={`code card-code card-${block.kind}`}>{block.text}</pre>
  }
}

const TAGS = { bold: 'b', italic: 'i', code: 'code' } as const

function Words({ text }: { readonly text: readonly Inline[] }) {
  return text.map((part, index) => {
    if (part.kind === 'text') return part.text
    const Tag = TAGS[part.kind]
    // biome-ignore lint/suspicious/noArrayIndexKey: a piece of a text is its place.
    return <Tag key={index}>{part.text}</Tag>
  })
}
