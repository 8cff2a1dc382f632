import { type MouseEvent, type PointerEvent, useId, useMemo, useState } from 'react'
import type { Dialect } from '../../recipe/dialect.ts'
import { insertPoint, pointsOf, tidy } from '../../recipe/gradient-edit.ts'
import type { RecipeStage } from '../../recipe/recipe.ts'
import { type LaneRef, selectLane, selectPoints, useEditorView } from '../../store/edits-view.ts'
import { useFlight } from '../../store/flight.ts'
import { makeAxes } from './axes.ts'
import { ChartFrame } from './chart-frame.tsx'
import { ChartPoint } from './chart-point.tsx'
import { curveOf, outerT, pointDepth, sectionOf } from './curve.ts'
import { CurveFlight } from './curve-flight.tsx'
import { areaOf, CurveLine, dotsOf, pathOf } from './curve-line.tsx'
import { setLane } from './lane-edits.ts'
import { type LaneUse, lanesAt, type StageUse, sameLane } from './lane-use.ts'
import { OuterPoint } from './outer-point.tsx'
import { scaleOf } from './subjects.ts'
import { useSize } from './use-size.ts'
import { formatT } from './words.ts'

/** What the axis of values means: its name, and names and colours of its two ends. */
export interface EndsShown {
  /** `t`, `weight of Xwin`. */
  readonly name: string
  /** True of a slerp's t, whose ends are two models. */
  readonly isWay: boolean
  readonly base: string
  readonly other: string
  readonly baseColour: string
  readonly otherColour: string
}

export interface ChartProps {
  readonly stage: RecipeStage
  readonly use: StageUse
  readonly lane: LaneUse
  readonly dialect: Dialect
  /** The dialect whose curve is drawn as a ghost. */
  readonly ghost: Dialect | null
  readonly ends: EndsShown
  readonly locked: boolean
  /** The same parameter of the other models. */
  readonly companions?: readonly Companion[]
}

/** Another model’s curve of the same parameter; a click makes it the one that is shaped. */
export interface Companion {
  readonly key: string
  readonly title: string
  readonly colour: string
  /** By layer; NaN where it has no value. */
  readonly curve: readonly number[]
  readonly onPick: () => void
}

const NONE: readonly Companion[] = []

/** The gradient of a stage over depth: one curve a lane, the active one with its points. */
export function GradientChart({ stage, use, lane, dialect, ghost, ends, locked, companions = NONE }: ChartProps) {
  const [box, size] = useSize<HTMLDivElement>()
  const hue = useId()
  const [hover, setHover] = useState<number | null>(null)
  const selected = useEditorView((view) => view.points)
  const flying = useFlight((flight) => flight.stage === stage.name)
  const value = lanesAt(stage, lane.ref)[lane.ref.lane]?.value ?? 0.5
  const points = pointsOf(value)
  const others = companions.flatMap(({ curve: own }) => own.filter((t) => !Number.isNaN(t)))
  const scale = scaleOf(stage, lane.ref, [...valuesOf(stage, use), ...others])
  const { low, high, unit } = scale
  const axes = useMemo(() => makeAxes(size, use.layers, low, high), [size, use.layers, low, high])
  const section = sectionOf(lane, use)
  const curve = curveOf(value, lane, use.sections, dialect)
  const line = pathOf(curve, axes)
  const hasLayers = lane.layers.includes(true)

  const add = (event: MouseEvent<SVGSVGElement>): void => {
    if (locked || section === undefined || !hasLayers) return
    const { left, top } = event.currentTarget.getBoundingClientRect()
    const x = event.clientX - left
    if (x < axes.left || x > axes.right) return
    const t = Math.round(Math.min(Math.max(axes.tAt(event.clientY - top), 0), high) / unit) * unit
    const before = points.filter((_, k) => axes.xOfPoint(section, pointDepth(k, points.length)) < x).length
    setLane(stage, lane.ref, insertPoint(value, before, tidy(t)), 'add a point')
    selectPoints([before])
  }
  const follow = (event: PointerEvent<SVGSVGElement>): void => {
    const { left } = event.currentTarget.getBoundingClientRect()
    const x = event.clientX - left
    setHover(event.buttons > 0 || x < axes.left || x > axes.right ? null : axes.layerAt(x))
  }
  return (
    <>
      <div ref={box} className="gradient-chart" data-guide="gradient">
        {size.width > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be an SVG.
          <svg
            width={size.width}
            height={size.height}
            role="group"
            aria-label={
              ends.isWay
                ? `Gradient over depth, from ${ends.base} at t 0 to ${ends.other} at t 1`
                : `Gradient over depth: ${ends.name}`
            }
            onDoubleClick={add}
            onPointerMove={follow}
            onPointerLeave={() => setHover(null)}
          >
            <ChartFrame axes={axes} use={use} ends={ends} hue={hue} />
            {companions.map((other) => (
              <CurveLine
                key={other.key}
                path={pathOf(other.curve, axes)}
                lane={0}
                title={other.title}
                colour={other.colour}
                onPick={other.onPick}
              />
            ))}
            {use.lanes
              .filter((other) => !sameLane(other.ref, lane.ref) && other.layers.includes(true))
              .map((other) => {
                const entry = lanesAt(stage, other.ref)[other.ref.lane]
                if (entry === undefined) return null
                return (
                  <CurveLine
                    key={keyOf(other.ref)}
                    path={pathOf(curveOf(entry.value, other, use.sections, dialect), axes)}
                    lane={use.lanes.indexOf(other)}
                    title={entry.filter ?? 'All other tensors'}
                    onPick={() => selectLane(other.ref)}
                  />
                )
              })}
            <g className="curve-moving">
              {ghost !== null && (
                <path className="curve-ghost" d={pathOf(curveOf(value, lane, use.sections, ghost), axes)} />
              )}
              <path className="curve-fill" d={areaOf(curve, axes)} fill={`url(#${hue})`} />
              <path className="curve-halo" d={line} stroke={`url(#${hue})`} />
              <path className="curve-active" d={line} />
              <path className="curve-layers" d={dotsOf(curve, axes)} />
            </g>
            {hover !== null && !Number.isNaN(curve[hover] ?? Number.NaN) && (
              <g className="chart-hover">
                <path d={`M${axes.x(hover)} ${axes.top}V${axes.bottom}`} />
                <circle cx={axes.x(hover)} cy={axes.y(curve[hover] ?? 0)} r="3" />
                <text
                  x={axes.x(hover) + (axes.x(hover) > (axes.left + axes.right) / 2 ? -8 : 8)}
                  y={axes.top + 14}
                  textAnchor={axes.x(hover) > (axes.left + axes.right) / 2 ? 'end' : 'start'}
                >
                  layer {hover} · {lane.ref.parameter} {formatT(curve[hover] ?? 0)}
                </text>
              </g>
            )}
            {section !== undefined &&
              hasLayers &&
              points.map((t, index) => (
                <ChartPoint
                  // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place in the list.
                  key={index}
                  index={index}
                  t={t}
                  {...{ stage, lane, value, section, axes, scale, ends, locked }}
                  selected={selected.has(index)}
                  hue={hue}
                />
              ))}
            {use.outer.map((outer) => (
              <OuterPoint
                key={outer.kind}
                outer={outer}
                t={outerT(stage, outer, dialect)}
                ghost={ghost === null ? null : outerT(stage, outer, ghost)}
                active={sameLane(outer.owner, lane.ref)}
                {...{ stage, use, axes, scale, ends, locked, hue }}
              />
            ))}
          </svg>
        )}
      </div>
      {flying && size.width > 0 && (
        <CurveFlight
          key={`${size.width} ${size.height}`}
          chart={box}
          stage={stage.name}
          {...{ use, lane, dialect, ghost, axes, ends }}
        />
      )}
    </>
  )
}

function keyOf(ref: LaneRef): string {
  return `${ref.parameter} ${ref.source} ${ref.slice} ${ref.lane}`
}

function valuesOf(stage: RecipeStage, use: StageUse): readonly number[] {
  return use.lanes.flatMap(({ ref }) => pointsOf(lanesAt(stage, ref)[ref.lane]?.value ?? 0))
}
