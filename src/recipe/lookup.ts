import type { FilteredValue, Parameters } from './recipe.ts'

/**
 * The entry of a parameter that holds for a tensor, or null. In each level the first entry whose filter is null, `*` or a
 * substring of the tensor's name wins; a level whose list matches nothing falls through to the next.
 * @param levels nearest first: [slice, recipe] for `t` and `normalize`, with the output tensor's name;
 * [source, slice, recipe] for `weight` and `scale`, with the name of that model's input tensor
 */
export function findParameter(levels: readonly Parameters[], name: string, tensorName: string): FilteredValue | null {
  for (const level of levels) {
    const match = level
      .get(name)
      ?.find(({ filter }) => filter === null || filter === '*' || tensorName.includes(filter))
    if (match !== undefined) return match
  }
  return null
}
