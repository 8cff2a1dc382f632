import { arc, around, between, line, Model, Picture, type Point, Result } from './picture.tsx'

const CENTRE: Point = { x: 160, y: 128 }
const A = around(CENTRE, 145, 104)
const B = around(CENTRE, 35, 104)

export function SlerpPicture() {
  const result = around(CENTRE, 145 - 110 * 0.3, 104)
  const straight = between(A, B, 0.3)
  return (
    <Picture
      height={140}
      words="Two directions a and b on a circle. SLERP lies on the arc between them at 0.3 of the angle; LERP lies on the straight chord, nearer to the middle of the circle, and is shorter."
    >
      <path d={line(CENTRE, A)} className="thin" />
      <path d={line(CENTRE, B)} className="thin" />
      <path d={line(A, B)} className="dashed" />
      <path d={arc(CENTRE, 104, 35, 145)} className="strong" />
      <path d={line(CENTRE, result)} className="thin" />
      <path d={arc(CENTRE, 26, 35, 145)} className="thin" />
      <text x={CENTRE.x} y={CENTRE.y - 32} textAnchor="middle">
        θ
      </text>
      <Result at={straight} t={0.3} hollow />
      <Result at={result} t={0.3} />
      <text x={result.x} y={result.y - 12} textAnchor="middle">
        SLERP, t 0.3
      </text>
      <text x={straight.x + 12} y={straight.y - 7}>
        LERP
      </text>
      <Model at={A} model="a" dx={-14} dy={4} />
      <Model at={B} model="b" dx={14} dy={4} />
    </Picture>
  )
}

export function BranchPicture() {
  const centres = [62, 160, 258].map((x) => ({ x, y: 104 }))
  const [wide, narrow, copied] = centres as [Point, Point, Point]
  const [a, b] = [around(narrow, 101, 80), around(narrow, 79, 80)]
  return (
    <Picture words="Three ways to make a tensor: SLERP along a wide arc, LERP along the straight line between two nearly parallel tensors, and a copy of one model.">
      <path d={arc(wide, 76, 50, 130)} className="strong" />
      <path d={line(wide, around(wide, 130, 76))} className="thin" />
      <path d={line(wide, around(wide, 50, 76))} className="thin" />
      <Result at={around(wide, 90, 76)} t={0.5} />
      <Model at={around(wide, 130, 76)} model="a" />
      <Model at={around(wide, 50, 76)} model="b" />
      <path d={line(narrow, a)} className="thin" />
      <path d={line(narrow, b)} className="thin" />
      <path d={line(a, b)} className="strong" />
      <Model at={a} model="a" dx={-14} dy={4} />
      <Model at={b} model="b" dx={14} dy={4} />
      <Result at={between(a, b, 0.5)} t={0.5} />
      <path d={line(copied, around(copied, 110, 76))} className="thin" />
      <path d={line(copied, around(copied, 70, 76))} className="thin" />
      <Model at={around(copied, 70, 76)} model="b" />
      <circle {...circleAt(around(copied, 110, 76))} r="10" className="strong" />
      <Model at={around(copied, 110, 76)} model="a" dy={-14} />
      {['SLERP', 'LERP', 'Copied'].map((name, at) => (
        <text key={name} x={62 + 98 * at} y="118" textAnchor="middle">
          {name}
        </text>
      ))}
    </Picture>
  )
}

export function AnglePicture() {
  const origin = { x: 60, y: 104 }
  const [a, b] = [around(origin, 26, 190), around(origin, 8, 200)]
  return (
    <Picture words="Two arrows a and b from one point, with the small angle between them marked.">
      <path d={line(origin, a)} className="stroke-a" />
      <path d={line(origin, b)} className="stroke-b" />
      <path d={arc(origin, 92, 8, 26)} className="strong" />
      <text x={origin.x + 104} y={origin.y - 26}>
        θ
      </text>
      <Model at={a} model="a" dx={16} dy={4} />
      <Model at={b} model="b" dx={16} dy={4} />
    </Picture>
  )
}

export function DriftPicture() {
  const origin = { x: 160, y: 128 }
  const result = between(around(origin, 130, 104), around(origin, 50, 104), 0.5)
  return (
    <Picture
      height={140}
      words="The arc on which results of the inputs’ length lie, and a result that falls short of it: the gap is the drift."
    >
      <path d={arc(origin, 104, 50, 130)} className="dashed" />
      <path d={line(origin, around(origin, 130, 104))} className="thin" />
      <path d={line(origin, around(origin, 50, 104))} className="thin" />
      <path d={line(origin, result)} className="strong" />
      <path d={line(result, around(origin, 90, 104))} className="gap" />
      <Model at={around(origin, 130, 104)} model="a" dx={-14} dy={4} />
      <Model at={around(origin, 50, 104)} model="b" dx={14} dy={4} />
      <Result at={result} t={0.5} />
      <text x={origin.x + 12} y={result.y - 10}>
        drift
      </text>
    </Picture>
  )
}

export function DifferencePicture() {
  const origin = { x: 60, y: 104 }
  const [a, result] = [around(origin, 28, 190), around(origin, 14, 186)]
  return (
    <Picture words="The base model a and the result as two arrows from one point; the line between their tips is the difference.">
      <path d={line(origin, a)} className="stroke-a" />
      <path d={line(origin, result)} className="strong" />
      <path d={line(a, result)} className="gap" />
      <Model at={a} model="a" dx={0} dy={-12} />
      <Result at={result} t={0.35} />
      <text x={(a.x + result.x) / 2 + 10} y={(a.y + result.y) / 2 + 4}>
        difference
      </text>
    </Picture>
  )
}

function circleAt({ x, y }: Point): { cx: number; cy: number } {
  return { cx: x, cy: y }
}
