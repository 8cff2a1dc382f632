import { useRef } from 'react'
import type { Recipe } from '../recipe/recipe.ts'
import { useStudio } from '../store/studio.ts'

/** The recipe, for what no gesture changes, such as how its stages are connected: while a gesture lasts it is the one from before it. */
export function useRestingRecipe(): Recipe | null {
  return useStudio(({ shaping, recipe }) => shaping ?? recipe)
}

/** A value that stays what it was before a gesture, while one lasts. */
export function useResting<T>(value: T): T {
  const shaping = useStudio((studio) => studio.shaping !== null)
  const resting = useRef(value)
  if (!shaping) resting.current = value
  return resting.current
}
