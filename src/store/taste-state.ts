import { create } from 'zustand'
import type { SpeakRequest, Taster } from '../taste/index.ts'

/** A way of writing, and text in it that no model was trained on. */
export interface Voice {
  readonly name: string
  readonly texts: readonly string[]
}

/** What one of them says to the prompt. */
export interface Said {
  readonly text: string
  /** `stale`: said by what the merged model was before, or to another prompt. */
  readonly phase: 'stale' | 'speaking' | 'done'
}

/** One who can be heard: an input of the merge, by its place in the plan. */
export interface TasteModel {
  readonly name: string
  readonly colour: number
}

export interface Taste {
  /** Why nothing can be heard, in words; null while nothing is in the way. */
  readonly reason: string | null
  readonly models: readonly TasteModel[]
  readonly request: SpeakRequest
  readonly voices: readonly Voice[]
  readonly said: ReadonlyMap<Taster, Said>
  /** By voice, in nats a token. */
  readonly losses: ReadonlyMap<Taster, readonly number[]>
}

/** A few sentences to foresee, for models that bring no text of their own. */
const PLAIN_TEXT = `The harbour was quiet in the early morning, and the first boats had already left. A woman in a blue coat walked along the wall with a letter in her hand. She read it twice, folded it, and looked out over the water, where the fog was slowly lifting.`

export const DEFAULT_VOICES: readonly Voice[] = [{ name: 'Plain English', texts: [PLAIN_TEXT] }]

/** What is heard of the models and their merge. Apart from the studio's state, because it changes many times a second. */
export const useTaste = create<Taste>()(() => ({
  reason: null,
  models: [],
  request: { prompt: 'Once upon a time', seed: 1, temperature: 0.7, tokens: 60 },
  voices: DEFAULT_VOICES,
  said: new Map(),
  losses: new Map(),
}))
