// Writes the import direction into biome.json: node scripts/import-direction.mjs
import { readFileSync, writeFileSync } from 'node:fs'

/** The folders of src in the order of the data's journey. Each imports from itself and from earlier ones only. */
export const ORDER = [
  'tensor',
  'files',
  'formats',
  'recipe',
  'plan',
  'engine',
  'geometry',
  'writer',
  'merge',
  'taste',
  'store',
  'ui',
]

/** One door a technology: the packages that only these folders may import. */
export const DOORS = {
  comlink: [['merge', 'taste'], ['comlink']],
  zustand: [['store'], ['zustand', 'zustand/**']],
  react: [['ui'], ['react', 'react/**', 'react-dom', 'react-dom/**', '@tanstack/react-virtual']],
}

/** @returns {object[]} the overrides for biome.json: src/problem.ts comes before every folder, src/main.tsx is bound by nothing */
export function overrides() {
  return [
    override('src/problem.ts', ORDER, null),
    ...ORDER.map((folder, at) => override(`src/${folder}/**`, ORDER.slice(at + 1), folder)),
  ]
}

function override(includes, later, folder) {
  const patterns = []
  if (later.length > 0)
    patterns.push({
      group: later.flatMap((name) => [`**/${name}`, `**/${name}/**`]),
      message: `Imports run one way: ${['problem', ...ORDER].join(', ')}. This folder comes earlier.`,
    })
  for (const [name, [homes, group]] of Object.entries(DOORS))
    if (!homes.includes(folder)) patterns.push({ group, message: `Only src/${homes.join(' and src/')} uses ${name}.` })
  const options = { patterns }
  return { includes: [includes], linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } } }
}

if (process.argv[1] === import.meta.filename) {
  const file = new URL('../biome.json', import.meta.url)
  const config = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, `${JSON.stringify({ ...config, overrides: overrides() }, null, 2)}\n`)
  console.log('biome.json: overrides written; now run "npm run format".')
}
