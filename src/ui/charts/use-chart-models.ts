import { useMemo } from 'react'
import { useGeometry } from '../../store/geometry-state.ts'
import { shortName, useModelColours } from '../model-name.tsx'
import type { LegendModel } from './legend.ts'
import type { Palette } from './palette.ts'

/** The originals of the plan that the charts show, in the order of its checkpoints, with their colours and numbers. */
export function useChartModels(palette: Palette): readonly LegendModel[] {
  const checkpoints = useGeometry(({ plan }) => plan?.checkpoints)
  const colours = useModelColours()
  // A map is made anew in each render; its contents change when models are added, removed or matched otherwise.
  const key = JSON.stringify([...colours])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the colours.
  return useMemo(
    () =>
      (checkpoints ?? []).map(({ model }) => {
        const colour = colours.get(model)
        return {
          name: shortName(model),
          number: colour === undefined ? null : colour + 1,
          colour: palette.models[colour ?? -1] ?? palette.neutral,
        }
      }),
    [checkpoints, key, palette],
  )
}
