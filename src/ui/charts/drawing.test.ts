import { expect, test } from 'vitest'
import { svgText } from './drawing.ts'

test('a drawing becomes an SVG file with its marks in order, and text that cannot be taken for markup', () => {
  const svg = svgText(
    {
      width: 100,
      height: 50,
      marks: [
        { kind: 'rect', x: 1, y: 2, width: 3.1449, height: 4, fill: 'rgb(1,2,3)', opacity: 0.5 },
        { kind: 'path', d: 'M0,0L1,1', stroke: '#000', dash: [2, 1] },
        { kind: 'circle', x: 5, y: 6, r: 7, fill: '#fff' },
        { kind: 'text', x: 1, y: 1, text: '<b> & "c"', fill: '#000', size: 11, anchor: 'end' },
      ],
    },
    '#fff',
    'A <chart>',
  )
  expect(svg.split('\n').slice(1, -2)).toEqual([
    '<title>A &lt;chart&gt;</title>',
    '<rect width="100" height="50" fill="#fff"/>',
    '<rect x="1" y="2" width="3.14" height="4" fill="rgb(1,2,3)" opacity="0.5"/>',
    '<path d="M0,0L1,1" fill="none" stroke="#000" stroke-width="1" stroke-dasharray="2 1"/>',
    '<circle cx="5" cy="6" r="7" fill="#fff"/>',
    '<text x="1" y="1" fill="#000" font-size="11" text-anchor="end" dominant-baseline="central">&lt;b&gt; &amp; &quot;c&quot;</text>',
  ])
})
