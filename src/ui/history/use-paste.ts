import { useEffect } from 'react'
import { isRecipeFile } from '../../files/drop.ts'
import { looksLikeRecipe } from '../../recipe/convert-card.ts'
import { replaceRecipe } from '../../store/history-saved.ts'
import { nameOfFile } from '../../store/recipe-name.ts'
import { holdsRecipe, recipeOfLink } from '../../store/share.ts'
import { notify, useStudio } from '../../store/studio.ts'

/** Takes a recipe, a file with one, or a link that is pasted on the page, outside text fields. */
export function usePaste(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const { target, clipboardData } = event
      if (clipboardData === null) return
      if (target instanceof Element && target.closest('input, textarea, dialog') !== null) return
      const file = [...clipboardData.files].find(isRecipeFile)
      const text = clipboardData.getData('text/plain')
      // Other text on the clipboard is not meant for us, and not worth an alert.
      if (file === undefined && !holdsRecipe(text) && !looksLikeRecipe(text)) return
      event.preventDefault()
      take(file?.text() ?? (holdsRecipe(text) ? recipeOfLink(text) : text), file).catch(notify)
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [])
}

async function take(text: Promise<string> | string, file: File | undefined): Promise<void> {
  const refused = await replaceRecipe(await text, nameOfFile(file?.name ?? ''))
  if (refused.length > 0)
    useStudio.setState({ notice: `What was pasted is not a recipe that can be used. ${refused.join(' ')}` })
}
