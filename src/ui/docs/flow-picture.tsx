const BOXES = [
  { x: 92, name: 'gram', hint: 'inner products' },
  { x: 224, name: 'coefficients', hint: 'float64' },
  { x: 356, name: 'blend', hint: 'rounded by stage' },
] as const

/** Three models flow through gram, coefficients and blend into one result; the weights go past the coefficients. */
export function FlowPicture() {
  return (
    <svg
      viewBox="0 0 560 120"
      className="picture flow"
      role="img"
      aria-label="The weights of three models go through gram, which gives their inner products; the coefficients follow from these; blend goes over the weights once more and gives the result."
    >
      <defs>
        <linearGradient id="flow-result" x1="0" x2="1" y1="0" y2="1">
          <stop offset="0" style={{ stopColor: 'var(--model-0)' }} />
          <stop offset="0.5" style={{ stopColor: 'var(--model-1)' }} />
          <stop offset="1" style={{ stopColor: 'var(--model-2)' }} />
        </linearGradient>
      </defs>
      {(['a', 'b', 'c'] as const).map((model, at) => (
        <g key={model}>
          <path
            d={`M34 ${24 + 28 * at}C64 ${24 + 28 * at} 64 ${44 + 8 * at} 92 ${44 + 8 * at}`}
            className={`stroke-${model}`}
          />
          <path
            d={`M34 ${24 + 28 * at}C74 ${96 + 4 * at} 120 ${98 + 4 * at} 240 ${98 + 4 * at}S340 ${92 - 4 * at} 410 ${70 + at}`}
            className={`stroke-${model} flow-past`}
          />
          <rect x="10" y={13 + 28 * at} width="24" height="22" rx="3" className={`fill-${model}`} />
        </g>
      ))}
      <path d="M208 52H224M340 52H356" className="strong" />
      {BOXES.map(({ x, name, hint }) => (
        <g key={name}>
          <rect x={x} y="32" width="116" height="40" rx="5" className="box" />
          <text x={x + 58} y="49" textAnchor="middle" className="flow-name">
            {name}
          </text>
          <text x={x + 58} y="64" textAnchor="middle">
            {hint}
          </text>
        </g>
      ))}
      <path d="M472 52H496" className="strong" />
      <rect x="496" y="36" width="32" height="32" rx="4" fill="url(#flow-result)" />
      <text x="512" y="86" textAnchor="middle">
        result
      </text>
    </svg>
  )
}
