/** What a person wrote for the model card, in Markdown; null where the card's own words stand, `''` where nothing does. */
export interface CardText {
  /** The recipe's name, on one line. */
  readonly title: string | null
  readonly introduction: string | null
  /** Under "Prompt format": the card's own words are those of the models' READMEs. */
  readonly prompt: string | null
  /** Under "Notes", which the card has not by itself. */
  readonly notes: string | null
}

/** Longest of them, in characters. */
export const MAX_CARD_TEXT = 20_000

/** What of a record or of the browser's storage is such a text; null where it is none. */
export function readCardText(value: unknown): CardText | null {
  if (typeof value !== 'object' || value === null) return null
  const { title, introduction, prompt, notes } = value as Partial<Record<keyof CardText, unknown>>
  const isText = (text: unknown): text is string | null =>
    text === null || (typeof text === 'string' && text.length <= MAX_CARD_TEXT)
  return isText(title) && isText(introduction) && isText(prompt) && isText(notes)
    ? { title, introduction, prompt, notes }
    : null
}
