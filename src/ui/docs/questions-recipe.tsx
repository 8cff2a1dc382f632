import type { Question } from './question.ts'

export const RECIPE_QUESTIONS: readonly Question[] = [
  {
    question: 'What does the list [0.25, 0.3, 0.5] mean?',
    answer: (
      <>
        Values of t spread evenly over the layers, with straight lines between them. What embedding, final norm and head
        take has changed between tools and years: see <a href="#help/term-dialect">dialect</a>. The table of tensors
        shows the t of each one, and “Compare with” what another tool would give it.
      </>
    ),
  },
  {
    question: 'Which model is t = 0?',
    answer: 'The base model, whatever the order in the list. It stands at the bottom of the curve, in its colour.',
  },
  {
    question: 'My recipe has a filter that does nothing. Why did nobody say so?',
    answer:
      'Here it is said: a filter that matches no tensor, one behind a catch-all, keys that mergekit ignores and misspelt values are listed under Problems by their line, with a mend to press where there is one.',
  },
  {
    question: 'What has been applied to which tensor?',
    answer:
      'Every tensor’s t, angle, branch, coefficients and shares are in the charts and in the table, before the merge, and afterwards in its report.',
  },
  {
    question: 'I lost the recipe of a merge I liked.',
    answer:
      'It lies in the output folder, as mergekit_config.yml and in the model card. In this browser, History keeps recipes you save, and the present one before another takes its place; a reload brings everything back.',
  },
  {
    question: 'Can I undo that?',
    answer:
      'Every change of recipe and settings, up to 200 steps back: Undo and Redo at the top, or Ctrl Z and Ctrl Y.',
  },
  {
    question: 'Which methods are there?',
    answer:
      'All deterministic methods of mergekit 0.1 (the page Merge methods lists them), in any number of stages. A recipe that names another method is told so; nothing is guessed.',
  },
]
