import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes } from './file-hashes.ts'
import { type JournalStep, journalSteps } from './journal-steps.ts'
import { type MortalBrowser, startMortal } from './mortal-browser.ts'

/** When the browser is killed: so many milliseconds after the press of Merge, or while the merge stands still at a step. */
export type Moment = { readonly ms: number } | { readonly step: JournalStep }

/** Who goes on: the profile that was killed, or one that knows nothing of the merge. */
export type Resumer = 'same profile' | 'another profile'

export interface KillRound {
  /** Files that differ from those of an uninterrupted merge, or are too many; empty when all is well. */
  readonly differences: readonly string[]
  /** True where the merge was over before it could be killed. */
  readonly tooLate: boolean
  /** Shards with their content when the browser died. */
  readonly shardsThen: number
  /** Swap files that the dead browser left. */
  readonly orphansThen: number
}

const PARTIAL = 'slerp-studio.partial.json'
const INDEX = 'model.safetensors.index.json'
const CASE = 'lzlv'
/** Gives the merge some 20 shards. */
const SHARD_SIZE = '12KB'

/** Kills a browser in the middle of a merge and lets another go on, again and again. */
export class KillRounds {
  readonly #makeFolder: (name: string) => string
  readonly #origin: string
  readonly #expected: Record<string, string>
  readonly #sources: readonly Record<string, string>[]
  /** The browser that went on last: it begins the next merge. */
  #alive: MortalBrowser | null
  /** Milliseconds that a whole merge takes here, from the press of Merge. */
  readonly mergeMs: number
  /** Every step of this merge, in order. */
  readonly steps: readonly JournalStep[]

  private constructor(
    makeFolder: (name: string) => string,
    origin: string,
    output: string,
    browser: MortalBrowser,
    mergeMs: number,
  ) {
    this.#makeFolder = makeFolder
    this.#origin = origin
    this.#expected = fileHashes(output)
    this.#sources = modelsOf(CASE).map(fileHashes)
    this.#alive = browser
    this.mergeMs = mergeMs
    const names = Object.keys(this.#expected)
    const shards = names.filter((name) => name.endsWith('.safetensors'))
    this.shards = shards.length
    this.steps = journalSteps(
      shards,
      names.filter((name) => !shards.includes(name)),
    )
  }

  /** Shards of the merge. */
  readonly shards: number

  /** Merges once without a fault, for comparison. */
  static async start(makeFolder: (name: string) => string, origin: string): Promise<KillRounds> {
    const output = makeFolder('whole')
    const browser = await startMortal(makeFolder('profile'), origin)
    await prepare(browser, output)
    const start = performance.now()
    await browser.studio.merge()
    await browser.studio.waitDone()
    return new KillRounds(makeFolder, origin, output, browser, performance.now() - start)
  }

  async run(moment: Moment, resumer: Resumer): Promise<KillRound> {
    const output = this.#makeFolder('out')
    const first = this.#alive ?? (await startMortal(this.#makeFolder('profile'), this.#origin))
    this.#alive = null
    await first.forget()
    const reached = first.hold.at('step' in moment ? moment.step : null)
    await prepare(first, output)
    const killed = killAt('step' in moment ? reached : moment.ms, output, first)
    await first.studio.mergeButton.click({ noWaitAfter: true }).catch(() => undefined)
    const inTime = await killed
    // A folder with its index and without a record is finished, however short before the kill.
    const tooLate = existsSync(join(output, INDEX)) && !existsSync(join(output, PARTIAL))
    expect(inTime || tooLate).toBe(true)
    const shardsThen = finishedShards(output)
    const orphansThen = readdirSync(output).filter((name) => name.endsWith('.crswap')).length
    if (!tooLate) {
      const profile = resumer === 'same profile' ? first.profile : this.#makeFolder('profile')
      this.#alive = await this.#goOn(output, await startMortal(profile, this.#origin))
      if (resumer === 'another profile') removeProfile(first.profile)
    }
    const found = fileHashes(output)
    const names = new Set([...Object.keys(found), ...Object.keys(this.#expected)])
    const differences = [...names].filter((name) => found[name] !== this.#expected[name])
    rmSync(output, { recursive: true })
    return { differences, tooLate, shardsThen, orphansThen }
  }

  async close(): Promise<void> {
    await this.#alive?.close()
  }

  /** Names of source folders whose content is not what it was. */
  sourcesChanged(): string[] {
    return modelsOf(CASE).filter((model, i) => JSON.stringify(fileHashes(model)) !== JSON.stringify(this.#sources[i]))
  }

  async #goOn(output: string, browser: MortalBrowser): Promise<MortalBrowser> {
    const { page, studio } = browser
    const record = join(output, PARTIAL)
    if (readdirSync(output).length === 0) {
      // It was killed before anything was written: there is nothing to go on with.
      await prepare(browser, output)
      await studio.merge()
    } else if (!existsSync(record) || statSync(record).size === 0) {
      // It was killed before its first record had content: the folder does not know the recipe yet.
      await prepare(browser, output, false)
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
    } else {
      // Another profile knows neither the recipe nor the settings: the folder has them.
      await studio.open()
      for (const model of modelsOf(CASE)) await studio.offerModel(model)
      await studio.outputFolder(output)
      const go = page.getByRole('button', { name: 'Continue', exact: true })
      await expect(go.or(studio.alerts).first()).toBeVisible()
      if (!(await go.isVisible()))
        throw new Error(`No Continue: ${(await studio.errors()).join(' | ')}; ${readdirSync(output).join(', ')}`)
      await go.click()
    }
    await studio.waitDone()
    return browser
  }
}

async function prepare({ studio }: MortalBrowser, output: string, isEmpty = true): Promise<void> {
  await studio.open()
  // The killed profile has its models still.
  for (const model of modelsOf(CASE)) await studio.offerModel(model)
  await studio.importRecipe(recipeOf(CASE))
  await studio.setEngine('WebAssembly')
  await studio.setShardSize(SHARD_SIZE)
  await studio.outputFolder(output)
  if (isEmpty) await expect(studio.mergeButton).toBeEnabled()
}

/**
 * @param moment milliseconds from now, or what comes when the merge stands still
 * @returns false where the merge ended before its moment came
 */
async function killAt(moment: number | Promise<void>, output: string, browser: MortalBrowser): Promise<boolean> {
  const start = performance.now()
  let standing = false
  if (typeof moment !== 'number') void moment.then(() => (standing = true))
  const hasCome = () => (typeof moment === 'number' ? performance.now() - start >= moment : standing)
  const index = join(output, INDEX)
  for (;;) {
    if (hasCome()) {
      await browser.kill()
      return true
    }
    // A worker that stands still has the record's removal behind it at its last step: its page is not done.
    if (existsSync(index) && !existsSync(join(output, PARTIAL)) && typeof moment === 'number') {
      await browser.kill()
      return false
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

function finishedShards(output: string): number {
  return readdirSync(output).filter((name) => {
    if (!name.endsWith('.safetensors')) return false
    try {
      return statSync(join(output, name)).size > 0
    } catch {
      return false
    }
  }).length
}

/** A helper of the dead browser may still write into it: then it goes with the other folders of the test. */
function removeProfile(profile: string): void {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    // Left to the end.
  }
}
