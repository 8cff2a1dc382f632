/** The words that a person needs, with what each is called as a heading. */
export const TERM_TITLES = {
  t: 't',
  gradient: 'Gradient',
  slerp: 'SLERP',
  branch: 'Branch',
  share: 'Share',
  gram: 'Gram matrix',
  angle: 'Angle',
  drift: 'Norm drift',
  difference: '|Difference|',
  dialect: 'Dialect',
  loss: 'Loss',
} as const

export type Term = keyof typeof TERM_TITLES

export const TERMS = Object.keys(TERM_TITLES) as readonly Term[]
