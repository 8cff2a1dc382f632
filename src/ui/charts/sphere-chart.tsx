import { useMemo } from 'react'
import { type PlanGeometry, sphereOf } from '../../geometry/index.ts'
import { useGeometry } from '../../store/geometry-state.ts'
import { Chart, type Shown } from './chart.tsx'
import { mixColours } from './colour.ts'
import type { Drawing } from './drawing.ts'
import type { LegendModel } from './legend.ts'
import type { Palette } from './palette.ts'
import { drawSphere } from './sphere-drawing.ts'
import { sphereScale, sphereWords } from './sphere-words.ts'
import { shortTensorName } from './tensor-name.ts'

interface Props {
  readonly geometry: PlanGeometry
  readonly models: readonly LegendModel[]
  readonly palette: Palette
}

/** Where the tensor under the cursor lies between the models: directions of models, stages and result. */
export function SphereChart({ geometry, models, palette }: Props) {
  const pointed = useGeometry((state) => state.pointed)
  const grams = useGeometry((state) => state.grams[pointed] ?? null)
  const job = geometry.layout.jobs[pointed]
  const names = models.map(({ name }) => name)
  const colours = models.map(({ colour }) => colour)
  const count = models.length
  const show = (shown: PlanGeometry): Shown<Drawing> => {
    const sphere = sphereOf(shown, pointed, grams)
    const share = shown.share.subarray(pointed * count, (pointed + 1) * count)
    return {
      draw: (width, height) =>
        drawSphere({ sphere, models, result: mixColours(colours, share), palette }, width, height),
      readout:
        sphere === null
          ? whyEmpty(job?.inputs.length ?? 0, names, share)
          : sphereWords(sphere, names, shown.jobDrift[pointed] ?? Number.NaN),
    }
  }
  // The frame depends on the originals alone.
  const scale = useMemo(() => {
    const sphere = sphereOf(geometry, pointed, grams)
    return sphere === null ? '' : sphereScale(sphere)
  }, [geometry, pointed, grams])
  return (
    <Chart
      title="Sphere"
      name={`sphere-${job?.name ?? ''}`}
      className="sphere"
      palette={palette}
      {...{ geometry, show }}
      tools={
        <p className="chart-subject" title={job?.name}>
          <span className="code">{shortTensorName(job?.name ?? '')}</span>
          <span className="hint">{scale}</span>
        </p>
      }
    />
  )
}

function whyEmpty(inputs: number, models: readonly string[], share: Float64Array): string {
  if (inputs >= 2) return 'This tensor has not been measured yet.'
  const only = share.indexOf(1)
  return `This tensor has a single source, ${models[only] ?? 'one model'}: there is no angle to show.`
}
