import { expectedTime, usePaces } from '../store/pace.ts'
import { useStudio } from '../store/studio.ts'
import { formatAbout, formatBytes, formatCount, formatParameters } from './format.ts'

const ENGINES = { automatic: 'Automatic', webgpu: 'WebGPU', wasm: 'WebAssembly' } as const

/** What the merge will cost, from the plan. */
export function RunTotals() {
  // A gesture makes a plan a frame, with the same totals.
  const totals = useStudio((studio) => studio.plan?.totals)
  const shards = useStudio((studio) => studio.plan?.shards.length ?? 0)
  const engine = useStudio((studio) => studio.settings.engine)
  const paces = usePaces(({ paces }) => paces)
  const expected = useStudio((studio) => expectedTime(studio, paces))
  if (totals === undefined) return null
  const { tensors, parameters, bytesReadOnce, bytesReadTwice, bytesWritten } = totals
  return (
    <dl className="totals" aria-label="Totals of the plan">
      <Total name="Tensors" value={formatCount(tensors)} />
      <Total name="Parameters" value={formatParameters(parameters)} />
      <Total name="Read once" value={formatBytes(bytesReadOnce)} />
      <Total name="Read twice" value={bytesReadTwice === 0 ? 'none' : formatBytes(bytesReadTwice)} />
      <Total name="Write" value={formatBytes(bytesWritten)} />
      <Total name="Shards" value={formatCount(shards)} />
      <Total name="Engine" value={ENGINES[engine]} />
      {expected !== null && <Total name="Expected time" value={formatAbout(expected)} />}
    </dl>
  )
}

function Total({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
