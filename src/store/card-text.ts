import type { CardText } from '../plan/card-text.ts'
import type { Studio } from './studio.ts'

/** What a person wrote for the model card; its title is the recipe's name. */
export function cardTextOf({ settings, recipeName }: Pick<Studio, 'settings' | 'recipeName'>): CardText {
  const title = recipeName.trim()
  return { title: title === '' ? null : title, ...settings.card }
}
