import { useId, useState } from 'react'
import type { Recipe } from '../recipe/recipe.ts'
import { useStudio } from '../store/studio.ts'
import { chosenVocabulary, setPadding, setVocabulary, type VocabularyChoice } from '../store/vocabulary.ts'
import { ChatTemplateSetting } from './chat-template-setting.tsx'
import { shortName } from './model-name.tsx'

/** The largest that a recipe may say. */
const MAX_MULTIPLE = 65_536

/** Rows and tokens of the result. These controls have no state of their own: they show what the recipe's text says, and change it. */
export function VocabularySettings() {
  const recipe = useStudio((studio) => studio.recipe)
  const stale = useStudio((studio) => studio.parsed.recipe === null)
  if (recipe === null) return null
  const { tokens, padToMultiple, chatTemplate } = chosenVocabulary(recipe)
  return (
    <>
      <Source recipe={recipe} tokens={tokens} disabled={stale} />
      {tokens !== 'common' && <Padding multiple={padToMultiple} disabled={stale} />}
      <ChatTemplateSetting key={chatTemplate ?? ''} template={chatTemplate} disabled={stale} />
    </>
  )
}

interface SourceProps {
  readonly recipe: Recipe
  readonly tokens: VocabularyChoice
  readonly disabled: boolean
}

function Source({ recipe, tokens, disabled }: SourceProps) {
  const id = useId()
  // One model's tokens can only be asked for where that model is merged.
  const named = recipe.stages.length === 1 ? recipe.models : []
  const models = typeof tokens === 'object' && !named.includes(tokens.model) ? [...named, tokens.model] : named
  return (
    <>
      <label htmlFor={id}>Vocabulary</label>
      <select
        id={id}
        disabled={disabled}
        title="Written into the recipe as tokenizer_source"
        value={typeof tokens === 'object' ? `model:${tokens.model}` : tokens}
        onChange={({ target: { value } }) => {
          if (value.startsWith('model:')) setVocabulary({ model: value.slice('model:'.length) })
          else if (value === 'common' || value === 'base' || value === 'union') setVocabulary(value)
        }}
      >
        {tokens === 'mixed' && <option value="mixed">As each stage says</option>}
        <option value="common">Common rows</option>
        <option value="base">The base model’s rows</option>
        <option value="union">Union by token</option>
        {models.map((model) => (
          <option key={model} value={`model:${model}`}>
            Tokens of {shortName(model)}
          </option>
        ))}
      </select>
    </>
  )
}

/** Empty is no padding; what is no multiple is not written. */
function Padding({ multiple, disabled }: { readonly multiple: number | null; readonly disabled: boolean }) {
  const id = useId()
  const [draft, setDraft] = useState<string | null>(null)
  const change = (text: string): void => {
    const value = readMultiple(text)
    setDraft(value === undefined ? text : null)
    if (value !== undefined) setPadding(value)
  }
  return (
    <>
      <label htmlFor={id}>Pad rows to</label>
      <input
        id={id}
        type="text"
        inputMode="numeric"
        placeholder="no padding"
        title={`A multiple such as 64: rows of zeros are added; a whole number up to ${MAX_MULTIPLE}, or empty`}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        aria-invalid={draft !== null}
        value={draft ?? String(multiple ?? '')}
        onChange={(event) => change(event.target.value)}
        onBlur={() => setDraft(null)}
      />
    </>
  )
}

/** @returns undefined for what is neither empty nor a multiple */
function readMultiple(text: string): number | null | undefined {
  if (text.trim() === '') return null
  const value = Number(text)
  return /^\d+$/.test(text.trim()) && value >= 1 && value <= MAX_MULTIPLE ? value : undefined
}
