import type { StageGeometry, TensorGeometry } from '../geometry/index.ts'
import type { CosineBasis } from '../store/geometry-state.ts'
import {
  formatAngle,
  formatCos,
  formatDifference,
  formatDrift,
  formatExactly,
  formatNorm,
  formatShare,
  NONE,
} from './charts/numbers.ts'

interface AngleProps {
  readonly stage: StageGeometry
  readonly basis: TensorGeometry['basis']
  readonly cosines: CosineBasis
}

const number = (value: number | null | undefined): number => value ?? Number.NaN

/** The angle between a stage's inputs and its cosine: exact, or sampled with the interval that holds it 95 times of 100. */
export function AngleCell({ stage, basis, cosines }: AngleProps) {
  const cos = number(cosines === 'raw' ? stage.cos : stage.cosCentred)
  if (Number.isNaN(cos)) return <span className="name-dim">{NONE}</span>
  const radians = cosines === 'raw' ? number(stage.angle) : Math.acos(cos)
  const interval = cosines === 'raw' ? stage.cosInterval : null
  return (
    <>
      <div className="measure">
        <b>{formatAngle((radians * 180) / Math.PI)}</b>
        <span className={`basis-${basis}`}>{basis}</span>
      </div>
      <div className="measure-more" title={`cos ${formatExactly(cos)}`}>
        cos {formatCos(cos)}
        {interval !== null && (
          <span title="95 % interval of the cosine">
            {' '}
            {formatCos(interval.low)} – {formatCos(interval.high)}
          </span>
        )}
      </div>
    </>
  )
}

/** What each input is multiplied by, in all digits. */
export function CoefficientsCell({ stage }: { readonly stage: StageGeometry }) {
  const shown = stage.coefficients.map((coefficient) => formatExactly(number(coefficient)))
  const lines = shown.length <= 2 ? shown : [shown.join(' ')]
  return (
    <div title={shown.join('\n')}>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: operands are told apart by their place.
        <div key={place} className="coefficient code">
          {line}
        </div>
      ))}
    </div>
  )
}

/** Norm of the result, and what its elements are rounded to. */
export function NormCell({ stage }: { readonly stage: StageGeometry }) {
  return (
    <>
      <div className="measure" title={formatExactly(number(stage.norm))}>
        {formatNorm(number(stage.norm))}
      </div>
      <div className="measure-more">{stage.round}</div>
    </>
  )
}

interface ChangeProps {
  readonly drift: number
  readonly difference: number
}

/** How the norm changed against the interpolated one, and how far the result lies from its base. */
export function ChangeCell({ drift, difference }: ChangeProps) {
  return (
    <>
      <div className="measure" title={formatExactly(drift)}>
        {formatDrift(drift)}
      </div>
      <div className="measure-more" title={formatExactly(difference)}>
        {formatDifference(difference)}
      </div>
    </>
  )
}

interface SharesProps {
  readonly shares: readonly number[]
  readonly models: readonly { readonly name: string; readonly colour: number | null }[]
}

/** Share of each original in the result, in its colour and by its number. */
export function SharesCell({ shares, models }: SharesProps) {
  return (
    <div className="shares">
      {models.map(({ name, colour }, model) =>
        shares[model] === undefined || shares[model] === 0 ? null : (
          <span key={name} className="share" title={name} data-colour={colour ?? 'none'}>
            <span aria-hidden="true">{colour === null ? name : colour + 1}</span>
            <span className="visually-hidden">{name}</span> {formatShare(shares[model])}
          </span>
        ),
      )}
    </div>
  )
}
