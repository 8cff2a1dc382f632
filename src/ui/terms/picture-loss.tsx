import { Picture } from './picture.tsx'

/** What a model expects after “by the silver …”, and which token came. */
const EXPECTED = [
  { token: 'river', probability: 0.6 },
  { token: 'lake', probability: 0.25 },
  { token: 'road', probability: 0.1 },
] as const

export function LossPicture() {
  return (
    <Picture
      height={112}
      words="What a model expects after “by the silver”: river with 60 percent, lake with 25, road with 10. River came, so that the loss of this token is minus ln 0.6, which is 0.51."
    >
      <text x="14" y="20">
        by the silver …
      </text>
      {EXPECTED.map(({ token, probability }, at) => (
        <g key={token}>
          <text x="62" y={44 + 25 * at} textAnchor="end">
            {token}
          </text>
          <rect
            x="72"
            y={32 + 25 * at}
            width={probability * 170}
            height="16"
            rx="2"
            className={at === 0 ? 'fill-b' : 'box'}
          />
          <text x={80 + probability * 170} y={44 + 25 * at}>
            {at === 0 ? `${probability}: −ln ${probability} = 0.51` : probability}
          </text>
        </g>
      ))}
    </Picture>
  )
}
