import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** ARCHITECTURE in one line; written out here so that the configuration cannot agree with itself by mistake. */
const FOLDERS = 'tensor files formats recipe plan engine geometry writer merge taste store ui'.split(' ')

interface Probe {
  readonly path: string
  readonly source: string
  readonly isAllowed: boolean
}

const probes: Probe[] = []

function probe(path: string, source: string, isAllowed: boolean): void {
  probes.push({ path, source, isAllowed })
}

FOLDERS.forEach((from, i) => {
  FOLDERS.forEach((to, j) => {
    const path = from === to ? './word.ts' : `../${to}/word.ts`
    probe(`src/${from}/imports-${to}.ts`, `import { word } from '${path}'\nword()\n`, j <= i)
  })
  probe(`src/${from}/imports-problem.ts`, `import { error } from '../problem.ts'\nerror('')\n`, true)
  probe(`src/${from}/uses-react.ts`, `import { useState } from 'react'\nuseState(0)\n`, from === 'ui')
  probe(`src/${from}/uses-dom.ts`, `import { createRoot } from 'react-dom/client'\ncreateRoot\n`, from === 'ui')
  probe(`src/${from}/uses-zustand.ts`, `import { create } from 'zustand'\ncreate()\n`, from === 'store')
  probe(
    `src/${from}/uses-middleware.ts`,
    `import { temporal } from 'zustand/middleware'\ntemporal()\n`,
    from === 'store',
  )
  probe(`src/${from}/uses-comlink.ts`, `import { wrap } from 'comlink'\nwrap()\n`, from === 'merge' || from === 'taste')
})
for (const [name, source] of [
  ['type', `import type { Word } from '../ui/word.ts'\nexport const word: Word | null = null\n`],
  ['re-export', `export { word } from '../ui/word.ts'\n`],
  ['dynamic', `export const word = () => import('../ui/word.ts')\n`],
  ['worker', `import url from '../ui/word.worker.ts?worker&url'\nexport { url }\n`],
  ['deeper', `import { word } from '../../ui/curve/word.ts'\nword()\n`],
] as const)
  probe(`src/plan/${name === 'deeper' ? 'deep/' : ''}${name}.ts`, source, false)
probe('src/problem.ts', `import { word } from './tensor/word.ts'\nword()\n`, false)
probe(
  'src/main.tsx',
  `import { createRoot } from 'react-dom/client'\nimport { app } from './ui/app.tsx'\ncreateRoot(app)\n`,
  true,
)

/** Paths of the probes that the linter's rule about imports rejects. */
let rejected: ReadonlySet<string>
let copy: string

beforeAll(() => {
  // The project's own rules over a tree of probes: one run of the linter, and nothing is written into src.
  copy = mkdtempSync(join(tmpdir(), 'slerp-import-direction-'))
  const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as Record<string, unknown>
  const { $schema: _, vcs: __, ...rules } = config
  writeFileSync(join(copy, 'biome.json'), JSON.stringify(rules))
  for (const { path, source } of probes) {
    mkdirSync(dirname(join(copy, path)), { recursive: true })
    writeFileSync(join(copy, path), source)
  }
  const only = '--only=style/noRestrictedImports'
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome')
  const run = spawnSync(process.execPath, [biome, 'lint', only, '--reporter=json', '--max-diagnostics=none', '.'], {
    cwd: copy,
    encoding: 'utf8',
  })
  const { diagnostics } = JSON.parse(run.stdout) as { diagnostics: { category: string; location: { path: string } }[] }
  rejected = new Set(diagnostics.map(({ location }) => location.path.replaceAll('\\', '/')))
})

afterAll(() => rmSync(copy, { recursive: true }))

test.each(probes.filter(({ isAllowed }) => !isAllowed))('the linter rejects $path', ({ path }) => {
  expect(rejected).toContain(path)
})

test.each(probes.filter(({ isAllowed }) => isAllowed))('the linter accepts $path', ({ path }) => {
  expect(rejected).not.toContain(path)
})
