import type { KeyboardEvent } from 'react'
import type { PlanGeometry } from '../../geometry/index.ts'
import { DEPTH_VIEWS, pointAt, showView, useGeometry } from '../../store/geometry-state.ts'
import { useStudio } from '../../store/studio.ts'
import { GUTTER, MARGIN } from '../depth-columns.ts'
import { TermHelp } from '../terms/term-help.tsx'
import { Chart, type Shown } from './chart.tsx'
import { Choice } from './choice.tsx'
import { depthAxisOf, neighbour } from './depth-axis.ts'
import { type DepthDrawing, drawDepthMap } from './depth-drawing.ts'
import { jobAt } from './depth-layout.ts'
import { depthText, VIEW_NAMES, VIEW_WORDS } from './depth-values.ts'
import { doneJobs } from './done-jobs.ts'
import { drawLegend, LEGEND_HEIGHT, type LegendModel } from './legend.ts'
import type { Palette } from './palette.ts'
import { shortTensorName } from './tensor-name.ts'

interface Props {
  readonly geometry: PlanGeometry
  readonly models: readonly LegendModel[]
  readonly palette: Palette
}

const VIEWS = DEPTH_VIEWS.map((value) => ({ value, text: VIEW_NAMES[value], title: VIEW_WORDS[value] }))
const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']

/** What the merge does to every tensor: a cell each. */
export function DepthMap({ geometry, models, palette }: Props) {
  const { view, stage, cosines, pointed } = useGeometry()
  const run = useStudio((studio) => studio.run)
  const done = run.phase === 'running' ? doneJobs(run.plan, run.progress) : null
  const colours = models.map(({ colour }) => colour)
  const names = models.map(({ name }) => name)
  const show = (geometry: PlanGeometry): Shown<DepthDrawing> => ({
    draw: (width, height, forExport) => {
      const contents = { geometry, view, stage, cosines, colours, palette, done, pointed: forExport ? null : pointed }
      const map = drawDepthMap(contents, width, height - LEGEND_HEIGHT - 4)
      const legend = drawLegend(contents, models, GUTTER, width - GUTTER - MARGIN)
      const moved = legend.map((mark) => (mark.kind === 'path' ? mark : { ...mark, y: mark.y + map.height + 3 }))
      return { ...map, width, height: map.height + LEGEND_HEIGHT + 4, marks: [...map.marks, ...moved] }
    },
    readout: `${shortTensorName(geometry.layout.jobs[pointed]?.name ?? '')}: ${depthText(geometry, pointed, view, stage, cosines, names)}`,
  })
  const onKey = (event: KeyboardEvent): void => {
    if (!KEYS.includes(event.key)) return
    event.preventDefault()
    const to = neighbour(depthAxisOf(geometry.layout.jobs), pointed, event.key)
    if (to !== null) pointAt(to)
  }
  return (
    <Chart
      title="Depth map"
      name={`depth-map-${view}`}
      className="depth-map"
      palette={palette}
      {...{ geometry, show }}
      tools={
        <>
          <Choice label="View of the depth map" options={VIEWS} value={view} onChoose={showView} />
          <TermHelp term={view} question="What does this view show?" />
        </>
      }
      readoutAbove
      onKey={onKey}
      onPoint={(x, y, drawing) => {
        const job = jobAt(drawing.boxes, x, y)
        if (job !== null) pointAt(job)
      }}
    />
  )
}
