import { memo } from 'react'
import { GUTTER } from '../depth-columns.ts'
import type { Axes } from './axes.ts'
import type { EndsShown } from './gradient-chart.tsx'
import { outerTitle } from './lane-edits.ts'
import type { StageUse } from './lane-use.ts'

interface Props {
  readonly axes: Axes
  readonly use: StageUse
  readonly ends: EndsShown
  /** Id of the gradient from the base's colour to the other's. */
  readonly hue: string
}

/** What stands still while points move: ground, grid and axes. Bottom is the base's colour, top the other's. */
export const ChartFrame = memo(function ChartFrame({ axes, use, ends, hue }: Props) {
  const { left, right, top, bottom } = axes
  const columns = use.outer.map(({ kind }) => axes.xOfOuter(kind))
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a group of an SVG takes no focus; the sliders say what the axes say.
    <g aria-hidden="true">
      <defs>
        <linearGradient
          id={hue}
          gradientUnits="userSpaceOnUse"
          x1="0"
          x2="0"
          y1={axes.y(0)}
          y2={axes.y(ends.isWay ? 1 : axes.high)}
        >
          <stop offset="0" style={{ stopColor: ends.baseColour }} />
          <stop offset="1" style={{ stopColor: ends.otherColour }} />
        </linearGradient>
      </defs>
      <rect className="chart-ground" x={left} y={top} width={right - left} height={Math.max(0, bottom - top)} rx="4" />
      <rect
        className="chart-tint"
        x={left}
        y={top}
        width={right - left}
        height={Math.max(0, bottom - top)}
        rx="4"
        fill={`url(#${hue})`}
      />
      {columns.map((x) => (
        <rect
          key={x}
          className="chart-tint"
          x={x - axes.outerWidth / 2}
          y={top}
          width={axes.outerWidth}
          height={Math.max(0, bottom - top)}
          rx="4"
          fill={`url(#${hue})`}
        />
      ))}
      {axes.tTicks.map((t) => (
        <g key={t}>
          <path className={t === 0 || t === 1 ? 'chart-end' : 'chart-grid'} d={`M${left} ${axes.y(t)}H${right}`} />
          <text className="chart-tick" x={GUTTER - 10} y={axes.y(t) + 4} textAnchor="end">
            {t}
          </text>
        </g>
      ))}
      {use.sections.slice(1).map(({ from }) => (
        <path key={from} className="chart-cut" d={`M${(axes.x(from - 1) + axes.x(from)) / 2} ${top}V${bottom}`} />
      ))}
      {axes.layerTicks.map((layer, index) => (
        <text key={layer} className="chart-tick" x={axes.x(layer)} y={bottom + 17} textAnchor="middle">
          {index === 0 && right - left > 260 ? `layer ${layer}` : layer}
        </text>
      ))}
      {use.outer.map((outer) => (
        <text key={outer.kind} className="chart-tick" x={axes.xOfOuter(outer.kind)} y={bottom + 17} textAnchor="middle">
          {shortTitle(outerTitle(outer), axes.outerWidth)}
        </text>
      ))}
    </g>
  )
})

/** `embed_tokens` is longer than its column. */
function shortTitle(title: string, width: number): string {
  return title.length * 6.4 <= width ? title : (title.split('_')[0] ?? title)
}
