/** The pages of help, in order, by the word in their address: `#help/privacy`. */
export const SECTION_TITLES = {
  how: 'How merging works here',
  terms: 'What the words mean',
  methods: 'Merge methods',
  privacy: 'Where your files go',
  browsers: 'Browsers',
  elsewhere: 'The same merge with mergekit',
  questions: 'Questions',
} as const

export type Section = keyof typeof SECTION_TITLES

export const SECTIONS = Object.keys(SECTION_TITLES) as readonly Section[]

/** The part of help that an address asks for (`''` is its beginning); null where it asks for none. */
export function helpPlace(hash: string): string | null {
  return /^#help(?:\/([\w-]*))?$/.exec(hash)?.slice(1)[0] ?? (hash === '#help' ? '' : null)
}
