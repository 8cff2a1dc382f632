import { type KeyboardEvent, useMemo } from 'react'
import type { PlanGeometry } from '../../geometry/index.ts'
import { pointAt, showStage, useGeometry } from '../../store/geometry-state.ts'
import { GUTTER, MARGIN } from '../depth-columns.ts'
import { ancestryText, drawAncestry } from './ancestry-drawing.ts'
import { Chart } from './chart.tsx'
import { Choice } from './choice.tsx'
import { depthAxisOf, neighbour } from './depth-axis.ts'
import { depthScale } from './depth-layout.ts'
import type { LegendModel } from './legend.ts'
import type { Palette } from './palette.ts'

interface Props {
  readonly geometry: PlanGeometry
  readonly models: readonly LegendModel[]
  readonly palette: Palette
}

/** Where every layer comes from, through all stages. */
export function AncestryChart({ geometry, models, palette }: Props) {
  const stage = useGeometry((state) => state.stage)
  const pointed = useGeometry((state) => state.pointed)
  const axis = depthAxisOf(geometry.layout.jobs)
  const labels = geometry.layout.labels
  const options = useMemo(
    () =>
      [...labels.filter((label) => label !== ''), ''].map((value) => ({
        value,
        text: value === '' ? 'Result' : value,
      })),
    [labels],
  )
  const onKey = (event: KeyboardEvent): void => {
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return
    event.preventDefault()
    const to = neighbour(axis, pointed, event.key)
    if (to !== null) pointAt(to)
  }
  return (
    <Chart
      title="Ancestry"
      name={stage === '' ? 'ancestry' : `ancestry-${stage}`}
      className="ancestry"
      palette={palette}
      geometry={geometry}
      show={(shown) => ({
        draw: (width, height, forExport) =>
          drawAncestry(shown, stage, models, palette, forExport ? null : pointed, width, height),
        readout: ancestryText(shown, stage, pointed, models),
      })}
      tools={
        options.length > 1 && (
          <Choice label="Stage that the charts show" options={options} value={stage} onChoose={showStage} />
        )
      }
      readoutAbove
      onKey={onKey}
      onPoint={(x, _, drawing) => {
        const scale = depthScale(axis, GUTTER, drawing.width - MARGIN)
        const place = scale.left.findIndex((left, at) => x >= left && x < left + (scale.width[at] ?? 0))
        const row = axis.rowOf[pointed] ?? -1
        const own = axis.places[place]?.jobs ?? []
        const job = own.find((candidate) => axis.rowOf[candidate] === row) ?? own[0]
        if (job !== undefined) pointAt(job)
      }}
    />
  )
}
