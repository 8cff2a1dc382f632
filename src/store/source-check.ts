import { hashSources } from '../merge/client.ts'
import { sourcesOf } from '../merge/read-sources.ts'
import { otherContent } from '../merge/source-hashes.ts'
import type { Plan } from '../plan/plan.ts'
import type { SourceHash } from '../writer/partial.ts'
import { takeRecipe, whyNotOn } from './continue.ts'
import { inputsOf } from './inputs.ts'
import { checkpointsOf, keepSources, knownSources } from './known-sources.ts'
import { type SourceCheck, type Studio, useStudio, wordsOf } from './studio.ts'

/**
 * Reads the models whole and compares every tensor with what the unfinished merge in the output folder was made from, and with what an
 * earlier check read. What was read is kept: a merge that finds other content ends.
 */
export async function checkSources(): Promise<void> {
  const { output, sourceCheck } = useStudio.getState()
  if (sourceCheck.phase === 'running') return
  const partial = output.phase === 'unfinished' ? (output.found?.partial ?? null) : null
  if (partial !== null) takeRecipe(partial)
  const studio = useStudio.getState()
  const { plan } = studio
  const refusal = output.phase === 'unfinished' ? whyNotOn(partial) : null
  if (plan === null || refusal !== null)
    return tell({ phase: 'done', differs: true, message: refusal ?? 'Add the models and the recipe first.' })
  const abort = new AbortController()
  tell({ phase: 'running', done: 0, abort })
  try {
    const total = sourcesOf(plan).reduce((sum, { tensor }) => sum + tensor.byteLength, 0)
    let bytes = 0
    let over = false
    const onRead = (more: number): void => {
      bytes += more
      if (!over) tell({ phase: 'running', done: total === 0 ? 1 : bytes / total, abort })
    }
    const found = await hashSources(plan, inputsOf(studio, plan), onRead, abort.signal)
    over = true
    tell(verdict(studio, plan, found))
  } catch (cause) {
    tell(abort.signal.aborted ? { phase: 'none' } : { phase: 'done', differs: true, message: wordsOf(cause) })
  }
}

export function stopChecking(): void {
  const { sourceCheck } = useStudio.getState()
  if (sourceCheck.phase === 'running') sourceCheck.abort.abort()
}

function verdict(studio: Studio, plan: Plan, found: readonly SourceHash[]): SourceCheck {
  const { output } = studio
  const partial = output.phase === 'unfinished' ? (output.found?.partial ?? null) : null
  const recorded = partial?.finished.flatMap(({ sources = [] }) => sources) ?? []
  const before = new Map(
    [...knownSources(studio, plan), ...recorded].map(([checkpoint, tensor, hash]) => [`${checkpoint} ${tensor}`, hash]),
  )
  const checkpoints = checkpointsOf(studio, plan)
  const changed = found.filter(([checkpoint, tensor, hash]) => (before.get(`${checkpoint} ${tensor}`) ?? hash) !== hash)
  const [first] = changed
  if (first !== undefined) {
    const [checkpoint, tensor] = first
    const opened = checkpoints[checkpoint]
    const file = opened?.files[opened.tensors.get(tensor)?.file ?? -1]?.name ?? ''
    const more = changed.length > 1 ? ` (So have ${changed.length - 1} more tensors.)` : ''
    return { phase: 'done', differs: true, message: `“${opened?.name ?? ''}”: ${otherContent(file, tensor)}${more}` }
  }
  for (const [index, checkpoint] of checkpoints.entries()) {
    const own = found.filter(([of]) => of === index).map(([, tensor, hash]) => [tensor, hash] as const)
    if (checkpoint !== undefined) keepSources(checkpoint, own)
  }
  const compared = found.filter(([checkpoint, tensor]) => before.has(`${checkpoint} ${tensor}`)).length
  const message =
    compared > 0
      ? `All ${found.length} tensors were read, and the ${compared} that were read before have the same content.`
      : `All ${found.length} tensors were read: a merge ends if one of them has other content by then.`
  return { phase: 'done', differs: false, message }
}

function tell(sourceCheck: SourceCheck): void {
  useStudio.setState({ sourceCheck })
}
