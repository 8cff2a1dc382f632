import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, test as base, expect } from '@playwright/test'
import { CHROMIUM_ARGS } from '../scripts/chromium.mjs'
import { CONFORMANCE } from './conformance-cases.ts'
import { fileHashes, sourceState } from './file-hashes.ts'
import { Folders, installFolderCatcher } from './folders.ts'
import { startChromium } from './profile.ts'
import { Studio } from './studio.ts'
import { reportViolations, type Watch, watch } from './watch.ts'

const MODELS = join(CONFORMANCE, 'models')

interface TestFixtures {
  /** The studio in a page of its own, with nothing remembered from earlier tests. */
  readonly studio: Studio
  readonly folders: Folders
  /** Makes an empty folder outside the project; removed after the test. */
  readonly makeFolder: (name: string) => string
  /** Set it where a test breaks the rules on purpose and looks at the complaints itself. */
  readonly allowComplaints: boolean
  readonly watching: Watch
  /** The project's own models, which nearly every test opens: the same bytes after each as before. */
  readonly untouchedModels: undefined
}

interface WorkerFixtures {
  /** One Chromium for all tests of a worker. */
  readonly chromiumContext: BrowserContext
  /** What Chromium is started with; a file that sets it gets a browser of its own. */
  readonly chromiumArgs: readonly string[]
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  chromiumArgs: [CHROMIUM_ARGS, { option: true, scope: 'worker' }],
  chromiumContext: [
    async ({ chromiumArgs }, use) => {
      const profile = mkdtempSync(join(tmpdir(), 'slerp-studio-profile-'))
      const context = await startChromium(profile, chromiumArgs)
      await context.addInitScript(installFolderCatcher)
      await context.addInitScript(reportViolations)
      await use(context)
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
    { scope: 'worker' },
  ],
  context: async ({ chromiumContext }, use) => use(chromiumContext),
  allowComplaints: [false, { option: true }],
  untouchedModels: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are asked for from this pattern
    async ({}, use) => {
      const before = fileHashes(MODELS)
      await use(undefined)
      expect(fileHashes(MODELS), 'no source was touched').toEqual(before)
    },
    { auto: true },
  ],
  watching: async ({ context, baseURL, allowComplaints }, use) => {
    const watching = watch(context, new URL(baseURL ?? '').origin)
    await use(watching)
    watching.stop()
    if (!allowComplaints) expect(watching.complaints, 'nothing forbidden happened in the page').toEqual([])
  },
  page: async ({ context, baseURL, watching }, use) => {
    const page = await context.newPage()
    await watching.attach(page)
    await use(page)
    const session = await context.newCDPSession(page)
    await page.goto('about:blank')
    await session.send('Storage.clearDataForOrigin', { origin: new URL(baseURL ?? '').origin, storageTypes: 'all' })
    await page.close()
  },
  folders: async ({ page }, use) => use(new Folders(page)),
  studio: async ({ page, folders, makeFolder: _ }, use) => {
    // The folders that a test made are there until this fixture has looked at them.
    const studio = new Studio(page, folders)
    await use(studio)
    for (const [folder, before] of studio.sources) expect(sourceState(folder), `${folder} was touched`).toEqual(before)
  },
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are asked for from this pattern
  makeFolder: async ({}, use) => {
    const made: string[] = []
    await use((name) => {
      const parent = mkdtempSync(join(tmpdir(), 'slerp-studio-'))
      made.push(parent)
      return mkdtempSync(join(parent, `${name}-`))
    })
    for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  },
})

export { expect }
