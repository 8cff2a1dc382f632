import { type CSSProperties, memo, type UIEvent, useEffect, useId, useRef } from 'react'
import { showText } from '../store/edits-view.ts'
import { endStep } from '../store/history.ts'
import { setRecipeText } from '../store/recipe.ts'
import { useStudio } from '../store/studio.ts'
import { onLineWanted } from './line-jump.ts'
import { useModelColours } from './model-name.tsx'
import { YamlLine } from './yaml-line.tsx'

/**
 * The editor: a text area over the coloured text, with line numbers that carry the problems. It stays as it is while a gesture changes the
 * recipe in memory.
 */
export const RecipeText = memo(function RecipeText() {
  const text = useStudio((studio) => studio.recipeText)
  const problems = useStudio((studio) => studio.problems)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const colours = useModelColours()
  const area = useRef<HTMLTextAreaElement>(null)
  const paper = useRef<HTMLDivElement>(null)
  const id = useId()
  const severities = new Map<number, 'error' | 'warning'>()
  for (const { line, severity } of problems)
    if (line !== undefined && severities.get(line) !== 'error') severities.set(line, severity)

  useEffect(
    () =>
      onLineWanted((line) => {
        showText(true)
        // The text may have been hidden until now.
        requestAnimationFrame(() => goToLine(area.current, line))
      }),
    [],
  )

  const follow = (event: UIEvent<HTMLTextAreaElement>): void => {
    const { scrollTop, scrollLeft } = event.currentTarget
    paper.current?.style.setProperty('--scroll-top', `${-scrollTop}px`)
    paper.current?.style.setProperty('--scroll-left', `${-scrollLeft}px`)
  }
  const lines = text.split('\n')
  const digits: CSSProperties & { readonly '--digits': number } = {
    '--digits': Math.max(2, String(lines.length).length),
  }
  return (
    <div className="editor" style={digits}>
      <label htmlFor={id} className="visually-hidden">
        Recipe text
      </label>
      <div ref={paper} className="paper code" aria-hidden="true">
        <div className="paper-numbers">
          {lines.map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
            <span key={index} className="paper-number" data-severity={severities.get(index + 1)}>
              {index + 1}
            </span>
          ))}
        </div>
        <div className="paper-text">
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number.
            <div key={index} className="paper-line" data-severity={severities.get(index + 1)}>
              <YamlLine line={line} colours={colours} />
            </div>
          ))}
        </div>
      </div>
      <textarea
        ref={area}
        id={id}
        className="code editor-text"
        data-recipe=""
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        readOnly={running}
        placeholder="Import a recipe, or write one here."
        value={text}
        onChange={(event) => setRecipeText(event.target.value)}
        onBlur={endStep}
        onScroll={follow}
      />
    </div>
  )
})

/** Selects a line, and scrolls so that it stands in the upper half. */
function goToLine(area: HTMLTextAreaElement | null, line: number): void {
  if (area === null) return
  const lines = area.value.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
  area.focus()
  area.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
  const height = area.scrollHeight / Math.max(1, lines.length)
  area.scrollTop = Math.max(0, (line - 1) * height - area.clientHeight / 3)
}
