import { canPickFolders } from '../../files/file-system-access.ts'
import type { GuideStep } from '../../store/guide.ts'
import type { Studio } from '../../store/studio.ts'

export interface StepWords {
  readonly title: string
  readonly text: string
  /** What to do first, while the place that the step is about is not there yet. */
  readonly before: string
  /** True once the studio is where the step leads; null where there is nothing to finish. @param textBefore the recipe as the step began */
  readonly isDone: ((studio: Studio, textBefore: string) => boolean) | null
  /** Goes to the next step by itself when it is done: what comes next is a consequence, not a choice. */
  readonly goesOn: boolean
}

/** What each step says. Nothing in it is a button's name alone: screen readers read it as one sentence after the other. */
export const STEP_WORDS: Readonly<Record<GuideStep, StepWords>> = {
  models: {
    title: 'Open two models',
    text: 'Fine-tunes of one base: add their folders, or drop them anywhere on the page. Only headers are read, so that even 140 GB open at once. With none at hand, take the demo: its small models ship with the page.',
    before: '',
    isDone: ({ models }) => models.filter(({ phase }) => phase === 'open').length >= 2,
    goesOn: true,
  },
  recipe: {
    title: 'Bring a recipe',
    text: 'Import a mergekit YAML, or begin with one that stands ready above the curve. Models are matched with the recipe by name; a mistake is told by its line, before anything is written.',
    before: '',
    isDone: ({ recipe }) => recipe !== null,
    goesOn: true,
  },
  gradient: {
    title: 'Bend the gradient',
    text: 'Drag a point up, and these layers take more of the model at the top; down, more of the one at the bottom. Arrow keys do the same, a double click adds a point, Undo takes all of it back.',
    before: 'The curve appears as soon as there is a recipe with a SLERP.',
    isDone: ({ recipe, recipeText }, textBefore) => recipe !== null && recipeText !== textBefore,
    goesOn: false,
  },
  effect: {
    title: 'See what it does',
    text: 'In the map every cell is a tensor in the mix of its models’ colours. That is geometry; whether the result is any good, only reading it can tell: under Taste, small models and their merge speak. Bend the curve again, and all of it follows.',
    before: 'The charts appear as soon as there is a recipe.',
    isDone: null,
    goesOn: false,
  },
  merge: {
    title: 'Write the result',
    text: canPickFolders()
      ? 'Choose an empty folder, then merge. The weights stream through this device and a complete checkpoint lands in the folder. If anything breaks off, choose the folder again: what is finished is kept.'
      : 'The weights stream through this device, and a complete checkpoint is kept in the browser’s own storage until you have downloaded it. If anything breaks off, what is finished is kept.',
    before: '',
    isDone: ({ run }) => run.phase === 'done',
    goesOn: false,
  },
}
