import { useMemo } from 'react'
import type { Checkpoint } from '../../formats/checkpoint.ts'
import { useStudio } from '../../store/studio.ts'

/** The open checkpoints by the names that the recipe uses. */
export function useCheckpoints(): ReadonlyMap<string, Checkpoint> {
  const matches = useStudio((studio) => studio.matches)
  const models = useStudio((studio) => studio.models)
  return useMemo(() => {
    const found = new Map<string, Checkpoint>()
    for (const [name, id] of matches) {
      const model = models.find((candidate) => candidate.id === id)
      if (model?.phase === 'open') found.set(name, model.checkpoint)
    }
    return found
  }, [matches, models])
}
