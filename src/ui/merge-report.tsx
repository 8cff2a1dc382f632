import type { EngineKind } from '../engine/engine.ts'
import type { Branch, MergeReport } from '../merge/report.ts'
import type { Plan } from '../plan/plan.ts'
import { ReportCard } from './card/report-card.tsx'
import { ReportDownloads } from './downloads.tsx'
import { formatBytes, formatCount, formatRate, formatSeconds, plural } from './format.ts'
import { type OddTensor, oddTensors } from './odd-tensors.ts'
import { ReportChecks } from './report-checks.tsx'

export const ENGINE_NAMES: Record<EngineKind, string> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  reference: 'Reference',
}
const BRANCHES: Record<Branch, string> = {
  slerp: 'SLERP',
  lerp: 'LERP (inputs nearly parallel)',
  linear: 'Linear',
  copy: 'Copied',
  elementwise: 'Element by element',
}

interface Props {
  readonly report: MergeReport
  readonly plan: Plan
  readonly folder: string
  /** Shows the model card. */
  readonly onCard: () => void
}

/** What a finished merge did, in numbers. */
export function MergeReportView({ report, plan, folder, onCard }: Props) {
  const rate = formatRate(report.bytesRead + report.bytesWritten, report.seconds)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a report that scrolls must be reachable by keyboard.
    <section className="report" aria-label="Report" tabIndex={0}>
      <dl className="totals">
        <Entry name="Time" value={formatSeconds(report.seconds)} />
        {report.expectedSeconds !== null && (
          <Entry name="Expected after 1 s" value={formatSeconds(report.expectedSeconds)} />
        )}
        {rate !== null && <Entry name="Rate" value={rate} />}
        <Entry name="Read" value={formatBytes(report.bytesRead)} />
        <Entry name="Written" value={formatBytes(report.bytesWritten)} />
        <Entry name="Verified" value={report.verifiedShards === 0 ? 'no' : plural(report.verifiedShards, 'shard')} />
        {report.keptShards > 0 && <Entry name="Kept from before" value={plural(report.keptShards, 'shard')} />}
        {report.knownTensors > 0 && <Entry name="Measured before" value={plural(report.knownTensors, 'tensor')} />}
        {report.gpuLosses > 0 && <Entry name="GPU lost" value={plural(report.gpuLosses, 'time')} />}
        <Entry name="Engine" value={ENGINE_NAMES[report.engine]} />
        <Entry name="Device" value={report.device} />
        <Entry name="Folder" value={folder} />
      </dl>
      <p className="report-reason">
        {report.engineReason} {report.nonFinite.length === 0 && 'No NaN and no infinity in any input.'}
      </p>
      {report.redoneTensors.length > 0 && <p className="report-reason">{redoneWords(report.redoneTensors)}</p>}
      <ReportDownloads />
      <ReportCard plan={plan} onCard={onCard} />
      <ReportChecks />
      <div className="report-tables">
        <TimeTable report={report} />
        <CountTable caption="Tensors by engine" head="Engine" rows={countEngines(report)} />
        <CountTable caption="Tensors by branch" head="Branch of the last stage" rows={countBranches(report)} />
        <NonFiniteTable report={report} />
        <OddTable odd={oddTensors(report, plan)} />
        <FileTable report={report} />
      </div>
    </section>
  )
}

/** Of tensors whose content was not the one that their Gram matrices were measured on. */
function redoneWords(names: readonly string[]): string {
  const [first = '', second] = names
  const more =
    names.length > 2 ? ` and ${formatCount(names.length - 1)} others` : second === undefined ? '' : ` and ${second}`
  return `${first}${more} had other content than when measured before, although file size and date are the same: measured anew and merged from what is there now.`
}

function Entry({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function countEngines(report: MergeReport): ReadonlyMap<string, number> {
  return countBy(report.tensors.map(({ engine }) => (engine === null ? 'Copied' : ENGINE_NAMES[engine])))
}

function countBranches(report: MergeReport): ReadonlyMap<string, number> {
  return countBy(report.tensors.map(({ stages }) => BRANCHES[stages.at(-1)?.branch ?? 'copy']))
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

const WORK_NAMES: readonly (readonly [keyof MergeReport['spent'], string])[] = [
  ['read', 'Reading'],
  ['gram', 'Gram matrices'],
  ['blend', 'Blending'],
  ['write', 'Writing'],
  ['close', 'Closing files'],
  ['wait', 'Waiting for files'],
]

/** A slow disk shows in reading, writing and closing, a slow GPU in gram and blend. */
function TimeTable({ report }: { readonly report: MergeReport }) {
  return (
    <table className="small-table">
      <caption>Where the time went (works overlap)</caption>
      <thead>
        <tr>
          <th scope="col">Work</th>
          <th scope="col" className="right">
            Under way
          </th>
        </tr>
      </thead>
      <tbody>
        {WORK_NAMES.map(([work, name]) => (
          <tr key={work}>
            <th scope="row">{name}</th>
            <td className="right">{formatSeconds(report.spent[work])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface CountTableProps {
  readonly caption: string
  readonly head: string
  readonly rows: ReadonlyMap<string, number>
}

function CountTable({ caption, head, rows }: CountTableProps) {
  return (
    <table className="small-table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{head}</th>
          <th scope="col" className="right">
            Tensors
          </th>
        </tr>
      </thead>
      <tbody>
        {[...rows].map(([name, tensors]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="right">{formatCount(tensors)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function NonFiniteTable({ report }: { readonly report: MergeReport }) {
  if (report.nonFinite.length === 0) return null
  return (
    <table className="small-table">
      <caption>NaN and infinite values</caption>
      <thead>
        <tr>
          <th scope="col">Tensor</th>
          <th scope="col">Model</th>
          <th scope="col" className="right">
            NaN
          </th>
          <th scope="col" className="right">
            Infinite
          </th>
        </tr>
      </thead>
      <tbody>
        {report.nonFinite.map((found) => (
          <tr key={`${found.checkpoint} ${found.tensor}`}>
            <th scope="row">{found.tensor}</th>
            <td>{found.checkpoint}</td>
            <td className="right">{formatCount(found.nan)}</td>
            <td className="right">{formatCount(found.infinite)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function OddTable({ odd }: { readonly odd: readonly OddTensor[] }) {
  if (odd.length === 0) return null
  return (
    <table className="small-table">
      <caption>Zero tensors and scalars</caption>
      <thead>
        <tr>
          <th scope="col">Tensor</th>
          <th scope="col">What it is, and what was done</th>
        </tr>
      </thead>
      <tbody>
        {odd.map(({ tensor, found }) => (
          <tr key={`${tensor} ${found}`}>
            <th scope="row">{tensor}</th>
            <td>{found}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function FileTable({ report }: { readonly report: MergeReport }) {
  return (
    <table className="small-table">
      <caption>Files written</caption>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col" className="right">
            Size
          </th>
        </tr>
      </thead>
      <tbody>
        {report.files.map((file) => (
          <tr key={file.name}>
            <th scope="row">{file.name}</th>
            <td className="right" title={`${formatCount(file.byteLength)} bytes`}>
              {formatBytes(file.byteLength)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
