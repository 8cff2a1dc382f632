import type { LlamaModel } from './llama/llama-model.ts'
import type { TextTokenizer } from './text/text-tokenizer.ts'

/** How badly a model foresees a text. */
export interface TextLoss {
  /** Mean negative log probability of a token, in nats. */
  readonly nats: number
  /** Tokens that were foreseen: all but the first of each window. */
  readonly tokens: number
}

/**
 * Loss of a model on a text: its tokens, cut into windows of the model's context that don't overlap; the first token of each window is
 * given, the others are foreseen.
 * @throws RangeError where the text has less than two tokens
 */
export function lossOf(model: LlamaModel, tokenizer: TextTokenizer, text: string, window = model.context): TextLoss {
  const ids = tokenizer.encode(text)
  let [sum, tokens] = [0, 0]
  for (let from = 0; from + 1 < ids.length; from += window) {
    for (const surprise of model.surprise(ids.slice(from, from + window))) {
      sum += surprise
      tokens++
    }
  }
  if (tokens === 0) throw new RangeError('a loss needs a text of two tokens')
  return { nats: sum / tokens, tokens }
}
