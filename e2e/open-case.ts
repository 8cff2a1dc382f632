import { expect } from '@playwright/test'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import type { Studio } from './studio.ts'

// Where tests of the studio begin: a conformance case whose models are open and whose recipe is taken.

/** A common window, in which the editor and the panel below it are seen. */
const DESK = { width: 1440, height: 900 }

/** Goes to the studio and opens a conformance case there. */
export async function openCase(studio: Studio, name: string): Promise<void> {
  await studio.open()
  await addCase(studio, name)
}

/** Adds the models of a conformance case to the page that is open, and imports its recipe. */
export async function addCase(studio: Studio, name: string): Promise<void> {
  await studio.addModels(modelsOf(name))
  await studio.importRecipe(recipeOf(name))
}

/** Goes to the studio in a window of this size, and opens lzlv there: three stages, and a gradient of three points. */
export async function openLzlv(studio: Studio, window = DESK): Promise<void> {
  await studio.page.setViewportSize(window)
  await openCase(studio, 'lzlv')
  await lzlvIsShown(studio)
}

/** The same with the table of tensors shown below it. */
export async function openLzlvTable(studio: Studio): Promise<void> {
  await openLzlv(studio)
  await studio.showTensors()
}

/** Waits for the plan of lzlv, and for the geometry of all its tensors. */
export async function lzlvIsShown(studio: Studio): Promise<void> {
  // A plan from before the import may have exact numbers of all tensors too.
  await expect(studio.gradientList).toHaveValue('[0.25, 0.3, 0.5]')
  await expect(studio.gradientPoints).toHaveCount(3)
  await allAreExact(studio)
}

/** Waits until the numbers of every tensor are exact: none is sampled, none is still to come. */
export async function allAreExact({ page }: Studio): Promise<void> {
  await expect(page.getByText(/^([1-9]\d*) exact, 0 sampled of \1 tensors$/)).toBeVisible()
}
