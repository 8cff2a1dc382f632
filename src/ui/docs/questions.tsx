import { Fragment } from 'react'
import { FILE_QUESTIONS } from './questions-files.tsx'
import { RECIPE_QUESTIONS } from './questions-recipe.tsx'
import { RUN_QUESTIONS } from './questions-run.tsx'

/** What people ask who have merged elsewhere. */
export function Questions() {
  return [
    { title: 'Recipes', questions: RECIPE_QUESTIONS },
    { title: 'Models and files', questions: FILE_QUESTIONS },
    { title: 'Running', questions: RUN_QUESTIONS },
  ].map(({ title, questions }) => (
    <Fragment key={title}>
      <h4>{title}</h4>
      <div className="docs-questions">
        {questions.map(({ question, answer }) => (
          <details key={question}>
            <summary>{question}</summary>
            <p>{answer}</p>
          </details>
        ))}
      </div>
    </Fragment>
  ))
}
