import { writeCard } from './card.ts'
import type { CardText } from './card-text.ts'
import type { Plan } from './plan.ts'

/** The file that the model card is written to. */
export const CARD_FILE = 'README.md'

/** A plan with another text of its model card: nothing else of it changes, and nothing is planned anew. */
export function withCardText(plan: Plan, card: CardText): Plan {
  const { card: parts } = plan
  if (parts === null) return plan
  const files = plan.files.map((file) =>
    file.name === CARD_FILE ? { name: CARD_FILE, text: writeCard(parts, card) } : file,
  )
  return { ...plan, settings: { ...plan.settings, card }, files }
}

/** The text of a plan's model card; null where it has none. */
export function cardOf({ files }: Plan): string | null {
  const file = files.find(({ name }) => name === CARD_FILE)
  return file !== undefined && 'text' in file ? file.text : null
}
