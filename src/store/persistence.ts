import { readCardText } from '../plan/card-text.ts'
import { isDemoModel, reopenDemo } from './demo.ts'
import { recordHistory } from './history.ts'
import { restoreModels } from './models.ts'
import { setRecipeText } from './recipe.ts'
import { chooseStorage, writesToStorage } from './storage.ts'
import { type CardEdits, DEFAULT_SETTINGS, NO_CARD_EDITS, type Settings, type Theme, useStudio } from './studio.ts'
import { restoreTaste } from './taste-saved.ts'

const KEY = 'slerp-studio'

interface Saved {
  readonly recipeText: string
  /** Text of the last good recipe, which stays in use while the present text has errors. */
  readonly goodText: string
  readonly recipeName: string
  readonly settings: Settings
  readonly theme: Theme
  /** The demo was open. */
  readonly demo: boolean
  /** Name in the recipe and name of the folder, for each folder chosen by hand. */
  readonly chosen: readonly (readonly [string, string])[]
}

/** Brings back recipe, settings and theme of the last visit, keeps them from now on, and re-opens folders that may be read. */
export function restore(): void {
  const saved = read()
  useStudio.setState({ settings: saved.settings, theme: saved.theme })
  useStudio.setState({ chosen: new Map(saved.chosen.map(([model, name]) => [model, { id: null, name }])) })
  useStudio.setState({ recipeName: saved.recipeName })
  if (saved.goodText !== saved.recipeText) setRecipeText(saved.goodText)
  setRecipeText(saved.recipeText)
  restoreTaste()
  recordHistory()
  useStudio.subscribe(({ recipeText, recipeName, parsed, recipe, settings, theme, demo, models, chosen }, before) => {
    if (
      recipeText !== before.recipeText ||
      recipeName !== before.recipeName ||
      settings !== before.settings ||
      theme !== before.theme ||
      demo !== before.demo ||
      models !== before.models ||
      chosen !== before.chosen
    )
      write({
        recipeText,
        goodText: parsed.recipe === null ? (recipe?.text ?? '') : recipeText,
        recipeName,
        settings,
        theme,
        demo: demo !== 'closed' && models.some(isDemoModel),
        chosen: [...chosen].map(([model, { name }]) => [model, name]),
      })
  })
  if (writesToStorage()) void chooseStorage()
  if (saved.demo) void reopenDemo()
  void restoreModels()
}

function read(): Saved {
  const fallback: Saved = {
    recipeText: '',
    goodText: '',
    recipeName: '',
    settings: DEFAULT_SETTINGS,
    theme: 'system',
    demo: false,
    chosen: [],
  }
  try {
    return checked(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof Saved, unknown>>, fallback)
  } catch {
    return fallback
  }
}

/** What lies in the browser's storage may be of another version of the page: only values that this one knows are taken. */
function checked(saved: Partial<Record<keyof Saved, unknown>>, fallback: Saved): Saved {
  const settings = (typeof saved.settings === 'object' ? saved.settings : null) as Partial<
    Record<keyof Settings, unknown>
  > | null
  return {
    recipeText: typeof saved.recipeText === 'string' ? saved.recipeText : fallback.recipeText,
    goodText: typeof saved.goodText === 'string' ? saved.goodText : fallback.goodText,
    recipeName: typeof saved.recipeName === 'string' ? saved.recipeName : fallback.recipeName,
    chosen: Array.isArray(saved.chosen) ? saved.chosen.filter(isPair) : [],
    theme: oneOf(saved.theme, ['system', 'dark', 'light'] as const) ?? fallback.theme,
    demo: saved.demo === true,
    settings: {
      dtype: oneOf(settings?.dtype, ['F16', 'BF16', 'F32'] as const),
      shardSize: typeof settings?.shardSize === 'string' ? settings.shardSize : '',
      engine: oneOf(settings?.engine, ['automatic', 'webgpu', 'wasm'] as const) ?? 'automatic',
      verify: typeof settings?.verify === 'boolean' ? settings.verify : DEFAULT_SETTINGS.verify,
      memoryBudget: typeof settings?.memoryBudget === 'string' ? settings.memoryBudget : '',
      card: cardEdits(settings?.card),
    },
  }
}

function cardEdits(value: unknown): CardEdits {
  const { title: _, ...edits } = readCardText({ ...Object(value), title: null }) ?? { title: null, ...NO_CARD_EDITS }
  return edits
}

function oneOf<T>(value: unknown, allowed: readonly T[]): T | null {
  return allowed.find((candidate) => candidate === value) ?? null
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string')
}

function write(saved: Saved): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(saved))
  } catch {
    // Storage is full or forbidden: the recipe is then lost by a reload, and nothing else.
  }
}
