import { describeJson, type JsonObject } from '../../formats/json.ts'
import { StudioError } from '../../problem.ts'

/** Says that a tokenizer has a part that the studio cannot run. */
export function unknownPart(part: string, found: JsonObject, file: string): StudioError {
  return new StudioError(
    `${file}: the ${part} is ${describeJson(found.get('type'))}, of a kind that the studio does not know; this model cannot be tasted, merging it works.`,
  )
}
