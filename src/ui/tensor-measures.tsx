import { memo } from 'react'
import type { TensorGeometry } from '../geometry/index.ts'
import type { FloatDType } from '../tensor/dtype.ts'
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

// The cells take plain numbers, so that React can tell that nothing changed.

interface AngleProps {
  readonly cos: number | null
  /** 95 % interval of the cosine, where it was estimated. */
  readonly low: number | null
  readonly high: number | null
  /** Radians; null where the cosine says it. */
  readonly angle: number | null
  readonly basis: TensorGeometry['basis']
}

const number = (value: number | null | undefined): number => value ?? Number.NaN

/** The angle between a stage's inputs and its cosine: exact, or sampled with the interval that holds it 95 times of 100. */
export const AngleCell = memo(function AngleCell({ cos, low, high, angle, basis }: AngleProps) {
  if (cos === null || Number.isNaN(cos)) return <span className="name-dim">{NONE}</span>
  const radians = angle ?? Math.acos(cos)
  return (
    <>
      <div className="measure">
        <b>{formatAngle((radians * 180) / Math.PI)}</b>
        <span className={`basis-${basis}`}>{basis}</span>
      </div>
      <div className="measure-more" title={`cos ${formatExactly(cos)}`}>
        cos {formatCos(cos)}
        {low !== null && high !== null && (
          <span title="95 % interval of the cosine">
            {' '}
            {formatCos(low)} – {formatCos(high)}
          </span>
        )}
      </div>
    </>
  )
})

/** What each input is multiplied by, in all digits. */
export function CoefficientsCell({ coefficients }: { readonly coefficients: readonly (number | null)[] }) {
  return <CoefficientLines text={coefficients.map((coefficient) => formatExactly(number(coefficient))).join('\n')} />
}

const CoefficientLines = memo(function CoefficientLines({ text }: { readonly text: string }) {
  const shown = text.split('\n')
  const lines = shown.length <= 2 ? shown : [shown.join(' ')]
  return (
    <div title={text}>
      {lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: operands are told apart by their place.
        <div key={place} className="coefficient code">
          {line}
        </div>
      ))}
    </div>
  )
})

/** Norm of the result, and what its elements are rounded to. */
export const NormCell = memo(function NormCell({
  norm,
  round,
}: {
  readonly norm: number | null
  readonly round: FloatDType
}) {
  return (
    <>
      <div className="measure" title={formatExactly(number(norm))}>
        {formatNorm(number(norm))}
      </div>
      <div className="measure-more">{round}</div>
    </>
  )
})

interface ChangeProps {
  readonly drift: number
  readonly difference: number
}

/** How the norm changed against the interpolated one, and how far the result lies from its base. */
export const ChangeCell = memo(function ChangeCell({ drift, difference }: ChangeProps) {
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
})

export interface ShareModel {
  readonly name: string
  readonly colour: number | null
}

interface SharesProps {
  /** By model. */
  readonly shares: Float64Array
  readonly models: readonly ShareModel[]
}

/** Share of each original in the result, in its colour and by its number. */
export function SharesCell({ shares, models }: SharesProps) {
  return (
    <div className="shares">
      {models.map(({ name, colour }, model) =>
        shares[model] === undefined || shares[model] === 0 ? null : (
          <span key={name} className="share" title={name} data-colour={colour ?? 'none'}>
            {/* Not hidden text: what is clipped is painted by itself, in every row and frame of a gesture. */}
            <span role="img" aria-label={name}>
              {colour === null ? name : colour + 1}
            </span>{' '}
            {formatShare(shares[model])}
          </span>
        ),
      )}
    </div>
  )
}
