import type { MergeProgress } from '../merge/report.ts'
import { doneShare, secondsLeft } from './done-share.ts'
import { formatBytes, formatCount, formatRate, formatTimeLeft } from './format.ts'

const PHASES: Record<MergeProgress['phase'], string> = {
  starting: 'Starting',
  checking: 'Checking finished shards',
  merging: 'Merging',
  closing: 'Closing files',
  verifying: 'Verifying',
  finishing: 'Finishing',
}

/** How far the merge is, in bytes, rate and time, and what it is at. */
export function RunProgress({
  progress,
  paused,
}: {
  readonly progress: MergeProgress | null
  readonly paused: boolean
}) {
  const phase = paused ? 'Paused' : PHASES[progress?.phase ?? 'starting']
  const percent = Math.floor(100 * doneShare(progress))
  const left = progress === null || paused ? null : secondsLeft(progress)
  const moved = progress === null ? 0 : progress.bytesRead + progress.bytesWritten
  return (
    <div className="progress">
      <div className="progress-line">
        <b>{phase}</b>
        <span className="progress-percent">{`${percent} %`}</span>
        <span className="progress-left">{left === null ? '' : formatTimeLeft(left)}</span>
        {progress !== null && (
          <>
            <span>{formatRate(moved, progress.seconds)}</span>
            {/* One text each: a number that grows would push the words behind it. */}
            <span>{`${formatCount(progress.tensorsDone)}/${formatCount(progress.tensorsTotal)} tensors`}</span>
            <span>{`read ${formatBytes(progress.bytesRead)} of ${formatBytes(progress.bytesToRead)}`}</span>
            <span>{`written ${formatBytes(progress.bytesWritten)} of ${formatBytes(progress.bytesToWrite)}`}</span>
          </>
        )}
      </div>
      <div
        className="progress-track"
        role="progressbar"
        aria-label="Merge progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${phase}, ${percent} %`}
      >
        <div className="progress-fill" style={{ transform: `scaleX(${doneShare(progress)})` }} />
      </div>
      <p className="progress-current">{progress?.current.join('   ')}</p>
    </div>
  )
}
