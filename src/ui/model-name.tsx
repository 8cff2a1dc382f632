import { useMemo } from 'react'
import { useStudio } from '../store/studio.ts'

/** A model's colour with its number, so that colour is never the only sign. */
export function ModelChip({ colour }: { readonly colour: number | null }) {
  return (
    <span className="chip" data-colour={colour ?? 'none'} aria-hidden="true">
      {colour === null ? '' : colour + 1}
    </span>
  )
}

/** The colour of a model by the name that the recipe uses; null where no folder is matched. */
export function useModelColours(): ReadonlyMap<string, number> {
  const matches = useStudio((studio) => studio.matches)
  const models = useStudio((studio) => studio.models)
  return useMemo(() => {
    const colours = new Map<string, number>()
    for (const [name, id] of matches) {
      const model = models.find((candidate) => candidate.id === id)
      if (model !== undefined) colours.set(name, model.colour)
    }
    return colours
  }, [matches, models])
}

/** Last segment of a model's name, which is what people call it. */
export function shortName(model: string): string {
  return (
    model
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .at(-1) ?? model
  )
}
