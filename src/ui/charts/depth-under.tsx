import { useGeometry } from '../../store/geometry-state.ts'
import { DepthMap } from './depth-map.tsx'
import { usePalette } from './palette.ts'
import { useChartModels } from './use-chart-models.ts'
import './charts.css'
import './depth-under.css'
import './follow.ts'

/** The depth map under the curve, on the curve's own axis. */
export default function DepthUnder() {
  const geometry = useGeometry((state) => state.geometry)
  const palette = usePalette()
  const models = useChartModels(palette)
  if (geometry === null)
    return (
      <p className="hint depth-none">
        What the curve does to every tensor is drawn here as soon as the recipe and its models are complete.
      </p>
    )
  return <DepthMap {...{ geometry, models, palette }} />
}
