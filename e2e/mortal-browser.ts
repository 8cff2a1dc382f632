import { readdirSync, readFileSync, rmSync } from 'node:fs'
import type { BrowserContext, Page } from '@playwright/test'
import { CHROMIUM_ARGS } from '../scripts/chromium.mjs'
import { Folders, installFolderCatcher } from './folders.ts'
import { StepHold } from './journal-steps.ts'
import { startChromium } from './profile.ts'
import { Studio } from './studio.ts'

/** A browser of its own that can be killed: SIGKILL, as a crash or the end of the battery would have it. */
export interface MortalBrowser {
  readonly page: Page
  readonly studio: Studio
  readonly folders: Folders
  readonly hold: StepHold
  /** Folder of its profile. */
  readonly profile: string
  /** Forgets everything: the page is then as in a new profile. */
  forget(): Promise<void>
  kill(): Promise<void>
  close(): Promise<void>
}

/**
 * @param profile folder of the browser's profile; it may have one already
 * @param origin where the studio is served
 */
export async function startMortal(profile: string, origin: string): Promise<MortalBrowser> {
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie'])
    rmSync(`${profile}/${name}`, { force: true })
  // A service worker would hand out the merge worker's script as it was built, and not with its hold.
  const context = await startChromium(profile, CHROMIUM_ARGS, origin, 'block')
  await context.addInitScript(installFolderCatcher)
  const page = context.pages()[0] ?? (await context.newPage())
  const folders = new Folders(page)
  const hold = new StepHold()
  await hold.install(context)
  return {
    page,
    studio: new Studio(page, folders),
    folders,
    hold,
    profile,
    forget: async () => {
      const session = await context.newCDPSession(page)
      await page.goto('about:blank')
      await session.send('Storage.clearDataForOrigin', { origin: new URL(origin).origin, storageTypes: 'all' })
      await session.detach()
    },
    kill: () => killBrowser(context, profile),
    close: () => context.close(),
  }
}

async function killBrowser(context: BrowserContext, profile: string): Promise<void> {
  const gone = new Promise((resolve) => context.once('close', resolve))
  // The profile is a temporary folder of this test alone, so that these processes are its browser's.
  const pids = processesOf(profile)
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended with the one before.
    }
  }
  await gone
  while (processesOf(profile).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** The browser process first; its children would end with it, but some milliseconds later. */
function processesOf(profile: string): number[] {
  const found: { pid: number; isChild: boolean }[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')
      if (command.includes(`--user-data-dir=${profile}`))
        found.push({ pid: Number(entry), isChild: command.some((word) => word.startsWith('--type=')) })
    } catch {
      // The process ended while it was looked at.
    }
  }
  return found.sort((a, b) => Number(a.isChild) - Number(b.isChild)).map(({ pid }) => pid)
}
