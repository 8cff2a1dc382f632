import { create } from 'zustand'
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { EngineChoice, MergeControl, MergeRequest } from '../merge/client.ts'
import type { Containment } from '../merge/containment.ts'
import type { Proof } from '../merge/prove.ts'
import type { MergeProgress, MergeReport } from '../merge/report.ts'
import type { CardText } from '../plan/card-text.ts'
import type { Plan } from '../plan/plan.ts'
import type { Problem } from '../problem.ts'
import type { Mend } from '../recipe/findings.ts'
import type { ParsedRecipe } from '../recipe/parse-recipe.ts'
import type { Recipe } from '../recipe/recipe.ts'
import type { FloatDType } from '../tensor/dtype.ts'
import type { FolderContent } from '../writer/unfinished.ts'
import type { ChosenFolder } from './matching.ts'

/** A model the user opened. `colour` (0 to 5) is its colour everywhere; `handle` is null for single files. */
export type OpenedModel = {
  readonly id: number
  readonly name: string
  readonly colour: number
  readonly handle: FileSystemDirectoryHandle | null
} & (
  | { readonly phase: 'opening' }
  | { readonly phase: 'open'; readonly checkpoint: Checkpoint }
  /** `fresh` until the user goes on to merge: what just failed is an alert, what failed long ago is not. */
  | { readonly phase: 'failed'; readonly message: string; readonly fresh: boolean }
)

/** Settings as the user typed them; `''` is automatic. */
export interface Settings {
  readonly dtype: FloatDType | null
  readonly shardSize: string
  readonly engine: EngineChoice
  readonly verify: boolean
  readonly memoryBudget: string
  /** What the user wrote for the model card. */
  readonly card: CardEdits
}

/** The free parts of the model card; its title is the recipe's name. */
export type CardEdits = Omit<CardText, 'title'>

export const NO_CARD_EDITS: CardEdits = { introduction: null, prompt: null, notes: null }

/**
 * The output folder: none yet, refused with a sentence, ready to be written to, or with a merge of ours in it. `room` is how many bytes
 * the browser's own storage takes; folders on disk do not tell.
 */
export type Output =
  | { readonly phase: 'none' }
  | { readonly phase: 'refused'; readonly message: string }
  | { readonly phase: 'ready'; readonly handle: FileSystemDirectoryHandle; readonly room?: number | null }
  | {
      /** A finished merge lies in the browser's own storage, to be downloaded. */
      readonly phase: 'kept'
      readonly handle: FileSystemDirectoryHandle
      readonly files: readonly File[]
    }
  | {
      /** An unfinished merge of ours lies there. */
      readonly phase: 'unfinished'
      readonly handle: FileSystemDirectoryHandle
      /** null: the folder could not be looked at, for want of permission or because it is gone. */
      readonly found: FolderContent | null
      /** Why it was not gone on with when the user asked for it. */
      readonly message: string | null
    }

/** What the user asked to be checked of a finished merge. */
export interface Checks {
  /** Share of the task that is running, 0 to 1; null when none is. */
  readonly done: number | null
  /** SHA-256 by file. */
  readonly hashes: ReadonlyMap<string, string> | null
  readonly proofs: readonly Proof[]
  /** What went wrong, in words. */
  readonly message: string | null
}

/** A reading of all models on request: whether their content is what it was. */
export type SourceCheck =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly done: number; readonly abort: AbortController }
  | { readonly phase: 'done'; readonly differs: boolean; readonly message: string }

export type Run =
  | { readonly phase: 'idle' }
  | {
      readonly phase: 'running'
      readonly progress: MergeProgress | null
      readonly abort: AbortController
      readonly plan: Plan
      /** null until its worker is there. */
      readonly control: MergeControl | null
      readonly paused: boolean
    }
  | {
      readonly phase: 'done'
      readonly report: MergeReport
      readonly plan: Plan
      readonly folder: string
      readonly handle: FileSystemDirectoryHandle
      readonly inputs: MergeRequest['inputs']
      readonly checks: Checks
    }
  /** `held`: for want of a permission, which one click gives back. */
  | { readonly phase: 'failed'; readonly message: string; readonly held?: boolean }
  | { readonly phase: 'cancelled'; readonly filesLeft: boolean }

/** An entry under Problems; `mend` is a change of the recipe's text that takes it away. */
export type FoundProblem = Problem & { readonly mend?: Mend }

export type Theme = 'system' | 'dark' | 'light'

/** What one step of undo brings back. */
export interface Snapshot {
  readonly recipeText: string
  readonly recipeName: string
  readonly settings: Settings
  readonly chosen: ReadonlyMap<string, ChosenFolder>
}

/** A step that can be undone or done again: what it was, in words, and the state on its other side. */
export interface Step {
  readonly label: string
  readonly snapshot: Snapshot
}

export interface Studio {
  readonly models: readonly OpenedModel[]
  /** Folders of an earlier visit that wait for a click. */
  readonly remembered: readonly FileSystemDirectoryHandle[]
  readonly recipeText: string
  readonly parsed: ParsedRecipe
  /**
   * The recipe that the page shows and plans: the text as parsed or, while its text has errors, the last good one. During a gesture it
   * is ahead of the text, which is written when the gesture ends.
   */
  readonly recipe: Recipe | null
  /** The recipe from before the gesture on the curve that is under way; null while none is. */
  readonly shaping: Recipe | null
  /** What the user calls the recipe; `''` has no name yet. */
  readonly recipeName: string
  /** Steps to undo, the latest last, and steps to do again, the next last. */
  readonly past: readonly Step[]
  readonly future: readonly Step[]
  /** Folders chosen by hand, by the name in the recipe. */
  readonly chosen: ReadonlyMap<string, ChosenFolder>
  /** Id of the opened model for each model of the recipe that has one. */
  readonly matches: ReadonlyMap<string, number>
  readonly settings: Settings
  readonly output: Output
  readonly plan: Plan | null
  /** Everything found beforehand: of the recipe, the models, the settings and the plan. */
  readonly problems: readonly FoundProblem[]
  readonly run: Run
  /** The models that ship with the page. */
  readonly demo: 'closed' | 'opening' | 'open'
  readonly sourceCheck: SourceCheck
  /** null: not known yet. */
  readonly containment: Containment | null
  readonly theme: Theme
  /** What just failed, other than a merge; shown until the next action. */
  readonly notice: string | null
  /** What was done with what was given to the page, where that is not plain: a recipe was converted. */
  readonly told: string | null
}

export const DEFAULT_SETTINGS: Settings = {
  dtype: null,
  shardSize: '',
  engine: 'automatic',
  verify: true,
  memoryBudget: '',
  card: NO_CARD_EDITS,
}

/** The one state of the page. Actions are the functions in the files beside this one. */
export const useStudio = create<Studio>()(() => ({
  models: [],
  remembered: [],
  recipeText: '',
  parsed: { recipe: null, problems: [] },
  recipe: null,
  shaping: null,
  recipeName: '',
  past: [],
  future: [],
  chosen: new Map(),
  matches: new Map(),
  settings: DEFAULT_SETTINGS,
  output: { phase: 'none' },
  plan: null,
  problems: [],
  run: { phase: 'idle' },
  demo: 'closed',
  sourceCheck: { phase: 'none' },
  containment: null,
  theme: 'system',
  notice: null,
  told: null,
}))

/** Shows what just failed, in words; a bug is passed on to the console as well. */
export function notify(cause: unknown): void {
  useStudio.setState({ notice: wordsOf(cause) })
}

/** The sentence of an error for people; a bug is reported and named as one. */
export function wordsOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'StudioError') return cause.message
  reportError(cause)
  return `Something went wrong inside the studio, which is a fault of this page: ${cause instanceof Error ? cause.message : String(cause)}`
}
