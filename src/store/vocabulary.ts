import type { Recipe, VocabularySource } from '../recipe/recipe.ts'
import { editRecipe } from './edits.ts'
import { useStudio } from './studio.ts'

/** Whose tokens the result has, as the recipe's text says; `mixed` where its stages differ. */
export type VocabularyChoice = 'common' | 'mixed' | VocabularySource

export interface ChosenVocabulary {
  readonly tokens: VocabularyChoice
  readonly padToMultiple: number | null
  /** `auto`, the name of a template, or its text; null keeps the base model's. */
  readonly chatTemplate: string | null
}

/**
 * What the recipe says of the vocabulary. The page has no setting of its own beside it: its controls change the text, so that what is
 * read there is what is merged, here and in mergekit.
 */
export function chosenVocabulary({ stages }: Recipe): ChosenVocabulary {
  const final = stages.at(-1)
  const said = stages.map(({ vocabulary }) => vocabulary?.source ?? 'common')
  const [first = 'common'] = said
  return {
    tokens: said.every((other) => JSON.stringify(other) === JSON.stringify(first)) ? first : 'mixed',
    padToMultiple: final?.vocabulary?.padToMultiple ?? null,
    chatTemplate: final?.chatTemplate ?? null,
  }
}

/** Writes whose tokens the result has into every stage: a stage that kept common rows would lose tokens that a later one asks for. */
export function setVocabulary(tokens: 'common' | VocabularySource): void {
  const stages = useStudio.getState().recipe?.stages ?? []
  const edits = stages.map(({ name }) => ({ kind: 'set-vocabulary', stage: name, tokens }) as const)
  editRecipe(edits, 'choose the vocabulary')
}

/** Only the result is padded: stages before it have no files. */
export function setPadding(multiple: number | null): void {
  const final = useStudio.getState().recipe?.stages.at(-1)
  if (final !== undefined) editRecipe([{ kind: 'set-padding', stage: final.name, multiple }], 'pad the rows', 'padding')
}

export function setChatTemplate(template: string | null): void {
  const final = useStudio.getState().recipe?.stages.at(-1)
  if (final === undefined) return
  editRecipe([{ kind: 'set-chat-template', stage: final.name, template }], 'choose the chat template')
}
