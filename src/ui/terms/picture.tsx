import type { ReactNode } from 'react'

interface Props {
  /** The picture in words, for those who do not see it. */
  readonly words: string
  readonly height?: number
  readonly children: ReactNode
}

/** A picture of 320 units across, in the colours of the page: model one is `a`, model two `b`, model three `c`. */
export function Picture({ words, height = 120, children }: Props) {
  return (
    <svg viewBox={`0 0 320 ${height}`} className="picture" role="img" aria-label={words}>
      {children}
    </svg>
  )
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The point at an angle (in degrees, anticlockwise from the right) and a distance from another one. */
export function around({ x, y }: Point, degrees: number, distance: number): Point {
  const angle = (degrees * Math.PI) / 180
  return { x: tenth(x + distance * Math.cos(angle)), y: tenth(y - distance * Math.sin(angle)) }
}

export function between(from: Point, to: Point, t: number): Point {
  return { x: tenth(from.x + (to.x - from.x) * t), y: tenth(from.y + (to.y - from.y) * t) }
}

/** The path of an arc about a point, anticlockwise from one angle to another. */
export function arc(centre: Point, radius: number, from: number, to: number): string {
  const [start, end] = [around(centre, from, radius), around(centre, to, radius)]
  return `M${start.x} ${start.y}A${radius} ${radius} 0 0 0 ${end.x} ${end.y}`
}

export function line(from: Point, to: Point): string {
  return `M${from.x} ${from.y}L${to.x} ${to.y}`
}

/** A model: a disc in its colour, with its letter beside it. */
export function Model({
  at,
  model,
  dx = 0,
  dy = -10,
}: {
  at: Point
  model: 'a' | 'b' | 'c'
  dx?: number
  dy?: number
}) {
  return (
    <>
      <circle cx={at.x} cy={at.y} r="6" className={`fill-${model}`} />
      <text x={at.x + dx} y={at.y + dy} textAnchor="middle">
        {model}
      </text>
    </>
  )
}

/** The result: a diamond in the mixture of a and b at t. */
export function Result({ at, t, hollow = false }: { at: Point; t: number; hollow?: boolean }) {
  const size = 6.5
  return (
    <path
      d={`M${at.x} ${at.y - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}z`}
      className={hollow ? 'result-hollow' : 'result'}
      style={hollow ? undefined : { fill: mixture(t) }}
    />
  )
}

/** The colour of a mixture of models a and b. */
export function mixture(t: number): string {
  return `color-mix(in oklab, var(--model-1) ${Math.round(t * 100)}%, var(--model-0))`
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
