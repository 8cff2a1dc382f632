import { useEffect } from 'react'
import { isRecipeFile } from '../../files/drop.ts'
import { replaceRecipe } from '../../store/history-saved.ts'
import { holdsRecipe, recipeOfLink } from '../../store/share.ts'
import { notify, useStudio } from '../../store/studio.ts'

/** Takes a recipe, a file with one, or a link that is pasted on the page, outside text fields. */
export function usePaste(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const { target, clipboardData } = event
      if (clipboardData === null || useStudio.getState().run.phase === 'running') return
      if (target instanceof Element && target.closest('input, textarea, dialog') !== null) return
      const file = [...clipboardData.files].find(isRecipeFile)
      const text = clipboardData.getData('text/plain')
      if (file === undefined && !looksLikeRecipe(text)) return
      event.preventDefault()
      take(file?.text() ?? (holdsRecipe(text) ? recipeOfLink(text) : text)).catch(notify)
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [])
}

async function take(text: Promise<string> | string): Promise<void> {
  const refused = await replaceRecipe(await text)
  if (refused.length > 0)
    useStudio.setState({ notice: `What was pasted is not a recipe that can be used. ${refused.join(' ')}` })
}

/** Other text on the clipboard is not meant for us, and not worth an alert. */
function looksLikeRecipe(text: string): boolean {
  return holdsRecipe(text) || /^\s*(?:-\s+)?(?:merge_method|base_model|slices|models|stages|operations)\s*:/m.test(text)
}
