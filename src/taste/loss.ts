import type { LlamaModel } from './llama/llama-model.ts'
import type { TextTokenizer } from './text/text-tokenizer.ts'

/** How badly a model foresees some texts. */
export interface TextLoss {
  /** Mean negative log probability of a token, in nats. */
  readonly nats: number
  /** Tokens that were foreseen: all but the first of each window. */
  readonly tokens: number
}

/**
 * Loss of a model on texts, each by itself: its tokens, cut into windows of the model's context that don't overlap; the first token of a
 * window is given (of a text the one that the tokenizer puts before it), the others are foreseen.
 * @throws RangeError where no text has two tokens
 */
export function lossOf(model: LlamaModel, tokenizer: TextTokenizer, texts: readonly string[]): TextLoss {
  let [sum, tokens] = [0, 0]
  for (const text of texts) {
    const ids = tokenizer.encode(text)
    for (let from = 0; from + 1 < ids.length; from += model.context) {
      for (const surprise of model.surprise(ids.slice(from, from + model.context))) {
        sum += surprise
        tokens++
      }
    }
  }
  if (tokens === 0) throw new RangeError('a loss needs a text of two tokens')
  return { nats: sum / tokens, tokens }
}
