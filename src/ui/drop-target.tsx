import { type ReactNode, useEffect, useState } from 'react'
import { holdsFiles, isRecipeFile, isYaml, readDrop } from '../files/drop.ts'
import { listedFolder } from '../files/model-folder.ts'
import { replaceRecipe } from '../store/history-saved.ts'
import { openFiles, openFolder, openListed } from '../store/models.ts'
import { nameOfFile } from '../store/recipe-name.ts'
import { notify, useStudio } from '../store/studio.ts'

const DRAG_SILENCE_MS = 700

/** Takes folders, weight files and recipes that are dropped anywhere on the page. */
export function DropTarget({ children }: { readonly children: ReactNode }) {
  const [over, setOver] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const drag = (event: DragEvent): void => {
      if (!holdsFiles(event.dataTransfer)) return
      event.preventDefault()
      setOver(true)
      // Not every drag ends with an event of its own; while one lasts, dragover comes many times a second.
      clearTimeout(timer)
      timer = setTimeout(() => setOver(false), DRAG_SILENCE_MS)
    }
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent): void => {
      if (!holdsFiles(event.dataTransfer) || event.dataTransfer === null) return
      event.preventDefault()
      setOver(false)
      take(event.dataTransfer).catch(notify)
    }
    window.addEventListener('dragenter', drag)
    window.addEventListener('dragover', drag)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('dragenter', drag)
      window.removeEventListener('dragover', drag)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [])
  return <div className={over ? 'page page-over' : 'page'}>{children}</div>
}

async function take(transfer: DataTransfer): Promise<void> {
  const { folders, listed, files } = await readDrop(transfer)
  useStudio.setState({ notice: null })
  for (const folder of folders) await openFolder(folder)
  for (const { name, files: own, folders: inner } of listed) await openListed(listedFolder(name, own, inner))
  // Among the files of a model, YAML and card are the model's own history and no new recipe.
  if (!files.every(isRecipeFile)) return openFiles(files.filter((file) => !isYaml(file)))
  const recipe = files.find(isYaml) ?? files[0]
  if (recipe === undefined) return
  const refused = await replaceRecipe(await recipe.text(), nameOfFile(recipe.name))
  if (refused.length > 0)
    useStudio.setState({ notice: `${recipe.name} is not a recipe that can be used. ${refused.join(' ')}` })
}
