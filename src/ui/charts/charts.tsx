import { BASES } from '../../geometry/index.ts'
import { type CosineBasis, showCosines, useGeometry } from '../../store/geometry-state.ts'
import { formatCount } from '../format.ts'
import { TermHelp } from '../terms/term-help.tsx'
import { AncestryChart } from './ancestry-chart.tsx'
import { Choice } from './choice.tsx'
import { usePalette } from './palette.ts'
import { SphereChart } from './sphere-chart.tsx'
import { useChartModels } from './use-chart-models.ts'
import './charts.css'
import './follow.ts'

const COSINES: readonly { value: CosineBasis; text: string; title: string }[] = [
  { value: 'raw', text: 'Raw', title: 'Cosines of the tensors as they are' },
  {
    value: 'centred',
    text: 'Mean-centred',
    title:
      'Cosines after taking each tensor’s mean off: layer norms, all near one value, are close to each other whatever they hold. The merge itself uses raw ones.',
  },
]

/** What the recipe does to every tensor: the sphere, and the ancestry under the depth map. Its own script, loaded when there is something to show. */
export default function Charts() {
  const geometry = useGeometry((state) => state.geometry)
  const cosines = useGeometry((state) => state.cosines)
  const palette = usePalette()
  const models = useChartModels(palette)
  if (geometry === null)
    return (
      <p className="hint work-empty">
        What the merge does to every tensor is shown here as soon as the recipe and its models are complete.
      </p>
    )
  const parts = { geometry, models, palette }
  return (
    <div className="charts">
      <div className="charts-bar">
        <Basis />
        <TermHelp term="gram" question="What is a Gram matrix?" />
        <Choice label="Cosines" options={COSINES} value={cosines} onChoose={showCosines} />
        <span className="hint charts-caption">Geometry, not quality.</span>
      </div>
      <SphereChart {...parts} />
      <AncestryChart {...parts} />
    </div>
  )
}

/** What the numbers rest on: counted, so that the wait has a number. */
function Basis() {
  const basis = useGeometry((state) => state.geometry?.basis)
  const measuring = useGeometry((state) => state.measuring)
  const jobs = useGeometry((state) => state.plan?.jobs)
  if (basis === undefined || jobs === undefined) return null
  if (measuring.phase === 'failed') return <span className="basis basis-failed">{measuring.message}</span>
  const wanted = jobs.flatMap((job, index) => (job.segments.length > 0 ? [index] : []))
  const count = (name: (typeof BASES)[number]): number => wanted.filter((job) => BASES[basis[job] ?? 0] === name).length
  const [sampled, exact] = [count('sampled'), count('exact')]
  const text =
    wanted.length === 0
      ? 'Nothing to measure: all tensors are copied'
      : `${formatCount(exact)} exact, ${formatCount(sampled)} sampled of ${formatCount(wanted.length)} tensors`
  return (
    <span className="basis">
      {`${text}${measuring.phase === 'measuring' && sampled + exact < wanted.length ? ' …' : ''}`}
    </span>
  )
}
