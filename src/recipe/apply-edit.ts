import { writeDialect } from './dialect-comment.ts'
import type { Edit, Edited } from './edit.ts'
import { removePair, setPairValue } from './edit-keys.ts'
import { findPair, renameKey, setScalar } from './edit-lines.ts'
import { writeMethod } from './edit-method.ts'
import { editParameter } from './edit-parameters.ts'
import { addSource, removeSource, setBase } from './edit-sources.ts'
import { addStage, removeStage, renameStage, replaceModel, setDType, setModel, swapStage } from './edit-stages.ts'
import { setChatTemplate, setPadding, setVocabulary } from './edit-vocabulary.ts'
import { parseRecipe } from './parse-recipe.ts'
import { NotEditable, openSource, type Splice, splice, type YamlSource, yamlText } from './yaml-source.ts'

/**
 * Changes a recipe's text. Comments, order and formatting of what is not touched stay byte for byte. A change that would make a
 * readable recipe unreadable is refused in a sentence, as is one whose place is not there.
 */
export function applyEdit(text: string, edit: Edit): Edited {
  try {
    const source = openSource(text)
    const edited = editedText(text, source, edit)
    if (edited === text) return { text }
    const after = errorsOf(edited)
    if (after.length === 0 || text.trim() === '') return { text: edited }
    const before = errorsOf(text)
    if (after.length <= before.length) return { text: edited }
    return {
      problem: after.find((message) => !before.includes(message)) ?? 'The change would make the recipe unreadable.',
    }
  } catch (cause) {
    if (cause instanceof NotEditable) return { problem: cause.message }
    throw cause
  }
}

function editedText(text: string, source: YamlSource, edit: Edit): string {
  if (edit.kind === 'set-dialect') return writeDialect(text, edit.dialect, source.newline)
  if (edit.kind === 'set-method') return writeMethod(text, edit)
  return splice(text, splicesOf(source, edit))
}

/** Changes one after the other; all or nothing. */
export function applyEdits(text: string, edits: readonly Edit[]): Edited {
  let result: Edited = { text }
  for (const edit of edits) {
    if ('problem' in result) return result
    result = applyEdit(result.text, edit)
  }
  return result
}

function splicesOf(source: YamlSource, edit: Exclude<Edit, { kind: 'set-dialect' | 'set-method' }>): readonly Splice[] {
  switch (edit.kind) {
    case 'add-stage':
      return addStage(source, edit)
    case 'remove-stage':
      return removeStage(source, edit)
    case 'rename-stage':
      return renameStage(source, edit)
    case 'set-model':
      return setModel(source, edit)
    case 'add-source':
      return addSource(source, edit)
    case 'remove-source':
      return removeSource(source, edit)
    case 'set-base':
      return setBase(source, edit)
    case 'swap-ends':
      return swapStage(source, edit)
    case 'set-dtype':
      return setDType(source, edit)
    case 'set-vocabulary':
      return setVocabulary(source, edit)
    case 'set-padding':
      return setPadding(source, edit)
    case 'set-chat-template':
      return setChatTemplate(source, edit)
    case 'remove-key': {
      const { map, pair } = findPair(source, edit.line, edit.key)
      return [removePair(source, map, pair)]
    }
    case 'rename-key':
      return [renameKey(findPair(source, edit.line, edit.key), edit.to)]
    case 'set-value': {
      const { map, pair } = findPair(source, edit.line, edit.key)
      return [setPairValue(source, map, pair, yamlText(edit.value))]
    }
    case 'set-scalar':
      return [setScalar(source, edit)]
    case 'replace-model':
      return replaceModel(source, edit)
    default:
      return editParameter(source, edit)
  }
}

function errorsOf(text: string): string[] {
  return parseRecipe(text).problems.flatMap(({ severity, message }) => (severity === 'error' ? [message] : []))
}
