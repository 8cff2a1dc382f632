import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BrowserContext, chromium } from '@playwright/test'
import { requireChromium } from '../scripts/chromium.mjs'

/** Chrome's content setting "allow": writing into a picked folder is then granted without a prompt, which headless cannot show. */
const ALLOW = 1

/** Starts Chromium with a fresh profile in `folder` that lets pages write into folders they were given. */
export async function startChromium(
  folder: string,
  args: readonly string[],
  baseURL?: string,
  serviceWorkers: 'allow' | 'block' = 'allow',
): Promise<BrowserContext> {
  mkdirSync(join(folder, 'Default'), { recursive: true })
  const preferences = { profile: { default_content_setting_values: { file_system_write_guard: ALLOW } } }
  writeFileSync(join(folder, 'Default/Preferences'), JSON.stringify(preferences))
  return chromium.launchPersistentContext(folder, {
    executablePath: await requireChromium(),
    args: [...args],
    headless: true,
    serviceWorkers,
    ...(baseURL === undefined ? {} : { baseURL }),
    viewport: { width: 1440, height: 900 },
  })
}
