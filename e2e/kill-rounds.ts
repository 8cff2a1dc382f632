import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes } from './file-hashes.ts'
import { type MortalBrowser, startMortal } from './mortal-browser.ts'

/** When the browser is killed, counted from the press of Merge. */
export type Moment =
  | { readonly kind: 'time'; readonly ms: number }
  /** As soon as the record in the folder has so many finished shards. */
  | { readonly kind: 'record'; readonly shards: number }
  /** As soon as so many shards have their content, recorded or not. */
  | { readonly kind: 'shard'; readonly shards: number }
  /** As soon as this file is there, empty or not. */
  | { readonly kind: 'file'; readonly name: string }

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
  /** Milliseconds that a whole merge takes here, from the press of Merge. */
  readonly mergeMs: number

  private constructor(
    makeFolder: (name: string) => string,
    origin: string,
    expected: Record<string, string>,
    mergeMs: number,
  ) {
    this.#makeFolder = makeFolder
    this.#origin = origin
    this.#expected = expected
    this.#sources = modelsOf(CASE).map(fileHashes)
    this.mergeMs = mergeMs
  }

  /** Merges once without a fault, for comparison. */
  static async start(makeFolder: (name: string) => string, origin: string): Promise<KillRounds> {
    const output = makeFolder('whole')
    const browser = await startMortal(makeFolder('profile'), origin)
    await prepare(browser, output)
    const start = performance.now()
    await browser.studio.merge()
    await browser.studio.waitDone()
    const mergeMs = performance.now() - start
    await browser.close()
    return new KillRounds(makeFolder, origin, fileHashes(output), mergeMs)
  }

  /** Names of the files that are written after the shards. */
  get otherFiles(): readonly string[] {
    return Object.keys(this.#expected).filter((name) => !name.endsWith('.safetensors'))
  }

  get shards(): number {
    return Object.keys(this.#expected).filter((name) => name.endsWith('.safetensors')).length
  }

  async run(moment: Moment, resumer: Resumer): Promise<KillRound> {
    const output = this.#makeFolder('out')
    const profile = this.#makeFolder('profile')
    const first = await startMortal(profile, this.#origin)
    await prepare(first, output)
    const killed = killAt(moment, output, first)
    await first.studio.mergeButton.click({ noWaitAfter: true }).catch(() => undefined)
    // A folder with its index and without a record is finished, however short before the kill.
    const tooLate = !(await killed) || (existsSync(join(output, INDEX)) && !existsSync(join(output, PARTIAL)))
    const shardsThen = finishedShards(output)
    const orphansThen = readdirSync(output).filter((name) => name.endsWith('.crswap')).length
    if (!tooLate || existsSync(join(output, PARTIAL)))
      await this.#goOn(output, resumer === 'same profile' ? profile : null)
    const found = fileHashes(output)
    const names = new Set([...Object.keys(found), ...Object.keys(this.#expected)])
    const differences = [...names].filter((name) => found[name] !== this.#expected[name])
    rmSync(output, { recursive: true })
    // The profile goes with the other folders of the test: helpers of a dying browser may still write into it.
    return { differences, tooLate, shardsThen, orphansThen }
  }

  /** Names of source files whose content is not what it was. */
  sourcesChanged(): string[] {
    return modelsOf(CASE).filter((model, i) => JSON.stringify(fileHashes(model)) !== JSON.stringify(this.#sources[i]))
  }

  async #goOn(output: string, profile: string | null): Promise<void> {
    const browser = await startMortal(profile ?? this.#makeFolder('profile'), this.#origin)
    const { page, studio } = browser
    if (readdirSync(output).length === 0) {
      // It was killed before anything was written: there is nothing to go on with.
      await prepare(browser, output)
      await studio.merge()
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
    await browser.close()
  }
}

async function prepare({ studio }: MortalBrowser, output: string): Promise<void> {
  await studio.open()
  for (const model of modelsOf(CASE)) await studio.addModel(model)
  await studio.importRecipe(recipeOf(CASE))
  await studio.setEngine('WebAssembly')
  await studio.setShardSize(SHARD_SIZE)
  await studio.outputFolder(output)
  await expect(studio.mergeButton).toBeEnabled()
}

/** @returns false where the merge ended before its moment came */
async function killAt(moment: Moment, output: string, browser: MortalBrowser): Promise<boolean> {
  const start = performance.now()
  const over = join(output, INDEX)
  for (;;) {
    if (hasCome(moment, output, performance.now() - start)) {
      await browser.kill()
      return true
    }
    if (existsSync(over) && !existsSync(join(output, PARTIAL)) && statSync(over).size > 0) {
      await browser.kill()
      return false
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function hasCome(moment: Moment, output: string, ms: number): boolean {
  switch (moment.kind) {
    case 'time':
      return ms >= moment.ms
    case 'record':
      return recordedShards(output) >= moment.shards
    case 'shard':
      return finishedShards(output) >= moment.shards
    case 'file':
      return existsSync(join(output, moment.name))
  }
}

/** -1 while there is no record. */
function recordedShards(output: string): number {
  try {
    const record = JSON.parse(readFileSync(join(output, PARTIAL), 'utf8')) as { finished: unknown[] }
    return record.finished.length
  } catch {
    return -1
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
