import { memo } from 'react'

interface Props {
  readonly line: string
  /** Colour of each model of the recipe, by its name there. */
  readonly colours: ReadonlyMap<string, number>
}

/** One line of the recipe in colours: key, value, comment, and models in their own colour. Only looks; the parser decides. */
export const YamlLine = memo(function YamlLine({ line, colours }: Props) {
  if (/^---\s*$/.test(line)) return <span className="yaml-comment">{`${line}\n`}</span>
  const comment = /(^|\s)#.*$/.exec(line)
  const body = comment === null ? line : line.slice(0, comment.index)
  const key = /^(\s*(?:- +)*)([\w.-]+|"[^"]*"|'[^']*')(:)(?=\s|$)/.exec(body)
  const value = key === null ? body : body.slice(key[0].length)
  return (
    <>
      {key !== null && (
        <>
          {key[1]}
          <span className="yaml-key">{key[2]}</span>
          {key[3]}
        </>
      )}
      <Value text={value} colours={colours} />
      {comment !== null && <span className="yaml-comment">{line.slice(comment.index)}</span>}
      {'\n'}
    </>
  )
})

function Value({ text, colours }: { readonly text: string; readonly colours: Props['colours'] }) {
  const bare = text.replace(/^\s*(- +)*/, '').trim()
  const colour = colours.get(bare.replace(/^(["'])(.*)\1$/, '$2'))
  if (colour !== undefined) {
    const start = text.indexOf(bare)
    return (
      <>
        {text.slice(0, start)}
        <span className="yaml-model" data-colour={colour}>
          {bare}
        </span>
        {text.slice(start + bare.length)}
      </>
    )
  }
  return <span className={/^[\s[\]\d.,eE+-]+$/.test(text) ? 'yaml-number' : 'yaml-value'}>{text}</span>
}
