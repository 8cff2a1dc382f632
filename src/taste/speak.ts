import { randomOf } from '../geometry/random.ts'
import { StudioError } from '../problem.ts'
import type { LlamaModel } from './llama/llama-model.ts'
import { sampleToken } from './sample-token.ts'
import type { TextTokenizer } from './text/text-tokenizer.ts'

export interface SpeakRequest {
  readonly prompt: string
  /** The same seed and the same weights give the same text. */
  readonly seed: number
  /** 0 takes the most probable token each time. */
  readonly temperature: number
  /** Most tokens of the answer. */
  readonly tokens: number
}

/** Milliseconds of work between two looks at whether it is still wanted. */
const TURN = 20

/**
 * Lets a model go on from a prompt.
 * @param ends ids that end a text
 * @param onText told the answer so far a few times a second; it begins after the prompt
 * @returns the whole answer
 * @throws StudioError where the prompt leaves no room in the context, or the weights hold NaN; DOMException AbortError
 */
export async function speak(
  model: LlamaModel,
  tokenizer: TextTokenizer,
  ends: ReadonlySet<number>,
  { prompt, seed, temperature, tokens }: SpeakRequest,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const ids = tokenizer.encode(prompt)
  const room = model.context - ids.length
  if (ids.length === 0) throw new StudioError('The prompt is empty: type a word to go on from.')
  if (room < 1) {
    throw new StudioError(
      `The prompt has ${ids.length} tokens and the panel runs ${model.context} at most: shorten it to leave room for an answer.`,
    )
  }
  const random = randomOf(`taste ${seed}`)
  const answer: number[] = []
  const spoken = tokenizer.decode(ids).length
  const text = (): string => tokenizer.decode([...ids, ...answer]).slice(spoken)
  model.restart()
  let logits = model.next(ids)
  let turn = performance.now()
  while (answer.length < Math.min(tokens, room)) {
    const token = sampleToken(logits, temperature, random())
    if (token === null) {
      throw new StudioError(
        'The model says nothing: its weights hold NaN or infinite values, which the report of a merge names.',
      )
    }
    if (ends.has(token)) break
    answer.push(token)
    if (performance.now() - turn > TURN) {
      onText(text())
      await nextTurn()
      signal.throwIfAborted()
      turn = performance.now()
    }
    if (answer.length < Math.min(tokens, room)) logits = model.next([token])
  }
  return text()
}

/** Lets messages in; a timer would wait 4 ms. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
