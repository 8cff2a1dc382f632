import { basename } from 'node:path'
import { expect, type Locator, type Page } from '@playwright/test'
import { sourceState } from './file-hashes.ts'
import type { Folders } from './folders.ts'

export type EngineName = 'Automatic' | 'WebGPU' | 'WebAssembly'

/** The studio's page by its accessible names: the ones that people who use screen readers and scripts rely on. */
export class Studio {
  readonly page: Page
  private readonly folders: Folders
  /** Models that were opened, as they were then: after each test they must be the same. A test that changes one on purpose clears it. */
  readonly sources = new Map<string, Record<string, string | number>>()

  constructor(page: Page, folders: Folders) {
    this.page = page
    this.folders = folders
  }

  get models(): Locator {
    return this.page.getByRole('list', { name: 'Models' })
  }

  get mergeButton(): Locator {
    return this.page.getByRole('button', { name: 'Merge', exact: true })
  }

  /** The points of the gradient that is shown, without those of embed_tokens, norm and lm_head. */
  get gradientPoints(): Locator {
    return this.page.getByRole('slider', { name: /^t at depth/ })
  }

  get gradientList(): Locator {
    return this.page.getByRole('textbox', { name: 'Gradient as a list' })
  }

  /** The table of tensors, which a tab of the panel shows. */
  get tensorTable(): Locator {
    return this.page.getByRole('table', { name: 'Tensors', exact: true })
  }

  get alerts(): Locator {
    return this.page.getByRole('alert')
  }

  get importDialog(): Locator {
    return this.page.getByRole('dialog', { name: 'Import recipe' })
  }

  async open(path = './'): Promise<void> {
    await this.page.goto(path)
    await expect(this.page.getByRole('button', { name: 'Add model' }).first()).toBeVisible()
  }

  /** Adds a folder through the picker and waits until it is listed. */
  async addModel(folder: string): Promise<void> {
    await this.offerModel(folder)
    await this.isListed(folder)
  }

  /** Adds folders by one drop, which is the shortest way, and waits until each is listed. */
  async addModels(folders: readonly string[]): Promise<void> {
    for (const folder of folders) this.remember(folder)
    await this.folders.drop(folders)
    for (const folder of folders) await this.isListed(folder)
  }

  /** Adds a folder through the picker, whatever comes of it. */
  async offerModel(folder: string): Promise<void> {
    this.remember(folder)
    await this.folders.arm(folder)
    await this.page.getByRole('button', { name: 'Add model' }).first().click()
  }

  /** Drops a folder on the page, as a user does. */
  async dropFolder(folder: string): Promise<void> {
    await this.folders.drop([folder])
  }

  /** Fills in the import dialog and presses Import, whatever comes of it. */
  async offerRecipe(yaml: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Import recipe' }).click()
    await this.importDialog.getByRole('textbox', { name: 'Recipe YAML' }).fill(yaml)
    await this.importDialog.getByRole('button', { name: 'Import', exact: true }).click()
  }

  /** Imports a recipe that must be taken. */
  async importRecipe(yaml: string): Promise<void> {
    await this.offerRecipe(yaml)
    await expect(this.importDialog, 'the dialog closes when the recipe is taken').toBeHidden()
  }

  async outputFolder(folder: string): Promise<void> {
    await this.folders.arm(folder)
    await this.page.getByRole('button', { name: 'Output folder' }).click()
  }

  async setEngine(engine: EngineName): Promise<void> {
    await (await this.setting('combobox', 'Engine')).selectOption({ label: engine })
  }

  async setOutputDtype(dtype: string): Promise<void> {
    await (await this.setting('combobox', 'Output dtype')).selectOption({ label: dtype })
  }

  async setShardSize(size: string): Promise<void> {
    await (await this.setting('textbox', 'Shard size')).fill(size)
  }

  /** Presses Merge. @throws Error with the page's own words when it stays shut */
  async merge(): Promise<void> {
    await this.settled()
    if (!(await this.mergeButton.isEnabled())) throw new Error(`Merge is shut: ${(await this.errors()).join(' | ')}`)
    await this.mergeButton.click()
  }

  /** Presses Merge where the page lets one; for merges that must not happen. */
  async tryToMerge(): Promise<void> {
    await this.settled()
    if (await this.mergeButton.isEnabled()) await this.mergeButton.click()
  }

  private remember(folder: string): void {
    if (!this.sources.has(folder)) this.sources.set(folder, sourceState(folder))
  }

  private async isListed(folder: string): Promise<void> {
    const item = this.models.getByRole('listitem').filter({ hasText: basename(folder) })
    await expect(item.first()).toBeVisible()
  }

  /** Waits until Merge is open, or the page says what is wrong. */
  private async settled(): Promise<void> {
    const settled = async () => (await this.mergeButton.isEnabled()) || (await this.errors()).length > 0
    await expect.poll(settled, { message: 'Merge opens, or an error says why not' }).toBe(true)
  }

  /** Waits for the end of a merge. @throws Error with the page's own words when it ended in an alert */
  async waitDone(timeout = 45_000): Promise<void> {
    const done = this.page.getByRole('status').filter({ hasText: 'Merge complete' })
    await expect(done.or(this.alerts).first()).toBeVisible({ timeout })
    if (await done.isVisible()) return
    throw new Error(`The merge ended in an alert: ${(await this.alerts.allInnerTexts()).join(' | ')}`)
  }

  /** Entries of the region "Problems"; each begins with "Error" or "Warning". */
  async problems(): Promise<string[]> {
    const region = this.page.getByRole('region', { name: 'Problems' })
    if ((await region.count()) === 0) return []
    return (await region.getByRole('listitem').allInnerTexts()).map(oneLine)
  }

  /** Everything the page says is wrong: alerts, and the errors among the problems. */
  async errors(): Promise<string[]> {
    const alerts = (await this.alerts.allInnerTexts()).map(oneLine).filter((text) => text !== '')
    return [...alerts, ...(await this.problems()).filter((problem) => problem.startsWith('Error'))]
  }

  /** Waits until one error mentions all of the words. */
  async waitForError(...words: readonly (string | RegExp)[]): Promise<void> {
    const mentions = (text: string) =>
      words.every((word) => (typeof word === 'string' ? text.includes(word) : word.test(text)))
    await expect
      .poll(async () => (await this.errors()).some(mentions) || (await this.errors()), { timeout: 15_000 })
      .toBe(true)
  }

  /** The report's count of tensors by engine, such as `{ WebGPU: 54, Copied: 2 }`. */
  async tensorsByEngine(): Promise<Record<string, number>> {
    const table = this.page.getByRole('table', { name: 'Tensors by engine' })
    const rows = await table
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader') })
      .all()
    const counts: Record<string, number> = {}
    for (const row of rows) {
      const [engine, count] = [row.getByRole('rowheader'), row.getByRole('cell')]
      counts[await engine.innerText()] = Number((await count.innerText()).replaceAll(/\D/g, ''))
    }
    return counts
  }

  /** Names of the files that the report lists as written. */
  async writtenFiles(): Promise<string[]> {
    return this.page.getByRole('table', { name: 'Files written' }).getByRole('rowheader').allInnerTexts()
  }

  async showTensors(): Promise<void> {
    await this.page.getByRole('tab', { name: /^Tensors/ }).click()
  }

  /** Opens the disclosure "Settings", which a low page keeps shut. */
  async openSettings(): Promise<void> {
    const settings = this.page.locator('details').filter({ hasText: 'Settings' }).first()
    if (!(await settings.evaluate((details) => (details as HTMLDetailsElement).open)))
      await settings.locator('summary').click()
  }

  /** A control of the bar, or of the disclosure "Settings" when it is kept there. */
  private async setting(role: 'combobox' | 'textbox', name: string): Promise<Locator> {
    const control = this.page.getByRole(role, { name, exact: true })
    if (await control.isVisible()) return control
    const settings = this.page
      .getByRole('group', { name: 'Settings' })
      .or(this.page.getByText('Settings', { exact: true }))
    await settings.first().click()
    await expect(control).toBeVisible()
    return control
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
