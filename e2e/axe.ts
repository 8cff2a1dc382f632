import type { Page } from '@playwright/test'
import axe from 'axe-core'

declare global {
  interface Window {
    axe: typeof axe
  }
}

/**
 * What axe finds in the page as it stands, a line an element: the rule, and the element's markup.
 *
 * Axe is brought into a document once and runs there. (Its builder for Playwright brings it anew for every look, and lets a second page put
 * together what it found in frames of other origins, which the content policy forbids this page to have.)
 *
 * @param part selector of the part that is looked at; without it, the whole page
 */
export async function axeViolations(page: Page, part?: string): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(async (selector) => {
    const { violations } = await window.axe.run(selector ?? document, { resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  }, part)
}
