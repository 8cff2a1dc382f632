import { Model, mixture, Picture } from './picture.tsx'

export function TPicture() {
  const [left, right, y] = [46, 274, 46]
  return (
    <Picture
      height={92}
      words="A line from the base model at t 0 to the other model at t 1, in the colours of both; a mark at 0.3 has more of the base."
    >
      {[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((t) => (
        <circle key={t} cx={left + (right - left) * t} cy={y} r={t === 0.3 ? 9 : 4} style={{ fill: mixture(t) }} />
      ))}
      <Model at={{ x: left, y }} model="a" dy={-14} />
      <Model at={{ x: right, y }} model="b" dy={-14} />
      <text x={left + (right - left) * 0.3} y={y - 16} textAnchor="middle">
        0.3
      </text>
      <text x={left} y={y + 28} textAnchor="middle">
        t = 0, base
      </text>
      <text x={right} y={y + 28} textAnchor="middle">
        t = 1, other
      </text>
    </Picture>
  )
}

const [LEFT, RIGHT, TOP, BOTTOM] = [58, 292, 14, 94]
const LIST = [0.25, 0.3, 0.5]

function yOf(t: number): number {
  return BOTTOM - (BOTTOM - TOP) * t
}

export function GradientPicture() {
  return (
    <Picture words="The list 0.25, 0.3, 0.5 as a curve over the layers: it begins at 0.25 at layer 0, passes 0.3 in the middle, and ends at 0.5 at the last layer.">
      <Axes />
      <path d={`M${LEFT} ${yOf(0.25)}L${(LEFT + RIGHT) / 2} ${yOf(0.3)}L${RIGHT} ${yOf(0.5)}`} className="strong" />
      {LIST.map((t, at) => (
        <g key={t}>
          <circle cx={LEFT + ((RIGHT - LEFT) / 2) * at} cy={yOf(t)} r="6" style={{ fill: mixture(t) }} />
          <text x={LEFT + ((RIGHT - LEFT) / 2) * at} y={yOf(t) - 11} textAnchor="middle">
            {t}
          </text>
        </g>
      ))}
      <text x={LEFT} y="112" textAnchor="middle">
        layer 0
      </text>
      <text x={RIGHT} y="112" textAnchor="end">
        last layer
      </text>
    </Picture>
  )
}

export function DialectPicture() {
  const end = 218
  return (
    <Picture words="One list as a curve over the layers, and two marks where the head stands: in one tool it takes the first value of the list, in another the last.">
      <Axes right={end} />
      <path d={`M${LEFT} ${yOf(0.25)}L${(LEFT + end) / 2} ${yOf(0.3)}L${end} ${yOf(0.5)}`} className="strong" />
      <rect x="246" y={TOP} width="30" height={BOTTOM - TOP} rx="3" className="box" />
      <circle cx="261" cy={yOf(0.25)} r="5.5" className="fill-ink" />
      <circle cx="261" cy={yOf(0.5)} r="5.5" className="dashed" />
      <path d={`M${end + 6} ${yOf(0.5)}H252`} className="dashed" />
      <text x="282" y={yOf(0.25) + 4}>
        first
      </text>
      <text x="282" y={yOf(0.5) + 4}>
        last
      </text>
      <text x={(LEFT + end) / 2} y="112" textAnchor="middle">
        layers
      </text>
      <text x="261" y="112" textAnchor="middle">
        head
      </text>
    </Picture>
  )
}

function Axes({ right = RIGHT }: { readonly right?: number }) {
  return (
    <>
      <rect x={LEFT} y={TOP} width={right - LEFT} height={BOTTOM - TOP} className="box" />
      <text x={LEFT - 10} y={TOP + 6} textAnchor="end">
        1
      </text>
      <text x={LEFT - 10} y={BOTTOM} textAnchor="end">
        0
      </text>
      <text x={LEFT - 26} y={(TOP + BOTTOM) / 2 + 4} textAnchor="end">
        t
      </text>
    </>
  )
}

/** Room for the percentages. */
const SHARE_LEFT = 78

/** lzlv's shares at the first layer, the middle and the last one: first model, second, third. */
const SHARES = [
  [0.375, 0.425, 0.2],
  [0.35, 0.5, 0.15],
  [0.25, 0.625, 0.125],
] as const

export function SharePicture() {
  const x = (at: number): number => SHARE_LEFT + ((RIGHT - SHARE_LEFT) / 2) * at
  const y = (share: number): number => BOTTOM - (BOTTOM - TOP) * share
  const levels = SHARES.map(([a, b]) => [0, a, a + b, 1] as const)
  const band = (model: 0 | 1 | 2): string => {
    const low = levels.map((level, at) => `${x(at)} ${y(level[model])}`)
    const high = levels.map((level, at) => `${x(at)} ${y(level[(model + 1) as 1 | 2 | 3])}`)
    return `M${low.join('L')}L${high.toReversed().join('L')}Z`
  }
  return (
    <Picture words="Three models’ shares stacked over the layers. At layer 0: 37.5 percent a, 42.5 percent b, 20 percent c. At the last layer: 25, 62.5 and 12.5 percent.">
      <path d={band(0)} className="fill-a" />
      <path d={band(1)} className="fill-b" />
      <path d={band(2)} className="fill-c" />
      {(['a', 'b', 'c'] as const).map((model, at) => {
        const [first, last] = [levels[0], levels[2]]
        const middle = (level: readonly number[] | undefined): number =>
          ((level?.[at] ?? 0) + (level?.[at + 1] ?? 0)) / 2
        return (
          <g key={model}>
            <text x={SHARE_LEFT - 6} y={y(middle(first)) + 4} textAnchor="end">
              {`${model} ${(SHARES[0][at] ?? 0) * 100} %`}
            </text>
            <text x={RIGHT + 4} y={y(middle(last)) + 4}>
              {model}
            </text>
          </g>
        )
      })}
      <text x={SHARE_LEFT} y="112">
        layer 0
      </text>
      <text x={RIGHT} y="112" textAnchor="end">
        last layer
      </text>
    </Picture>
  )
}

export function GramPicture() {
  const models = ['a', 'b', 'c'] as const
  const [size, left, top] = [30, 116, 24]
  return (
    <Picture
      height={124}
      words="A table of three by three: rows and columns are the models a, b and c; each cell is the inner product of its two models. The lower half mirrors the upper, so that six numbers say it all."
    >
      {models.map((row, r) => (
        <g key={row}>
          <circle cx={left - 14} cy={top + size * (r + 0.5)} r="5" className={`fill-${row}`} />
          <circle cx={left + size * (r + 0.5)} cy={top - 12} r="5" className={`fill-${row}`} />
          {models.map((column, c) => (
            <g key={column} className={c < r ? 'faint' : undefined}>
              <rect x={left + size * c} y={top + size * r} width={size - 2} height={size - 2} rx="3" className="box" />
              <text x={left + size * (c + 0.5) - 1} y={top + size * (r + 0.5) + 3} textAnchor="middle">
                {row === column ? `|${row}|²` : `${row}·${column}`}
              </text>
            </g>
          ))}
        </g>
      ))}
    </Picture>
  )
}
