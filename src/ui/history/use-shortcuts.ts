import { useEffect } from 'react'
import { cancelGesture, endGesture } from '../../store/edits.ts'
import { redo, undo } from '../../store/history.ts'
import { useStudio } from '../../store/studio.ts'

/** Undo and redo by key. In text fields the keys are the field's own, except in the recipe's text, whose undo is the page's. */
export function useShortcuts(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || ownsKeys(event.target)) return
      const key = event.key.toLowerCase()
      const isRedo = key === 'y' || (key === 'z' && event.shiftKey)
      if (key !== 'z' && !isRedo) return
      event.preventDefault()
      travel(isRedo)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
}

/** One step back or forward, unless a merge runs. A gesture that still lasts is ended first, as a step of its own. */
export function travel(forward: boolean): void {
  if (useStudio.getState().run.phase === 'running') return
  if (forward) cancelGesture()
  else endGesture()
  if (forward) redo()
  else undo()
}

function ownsKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target.closest('dialog') !== null) return target instanceof HTMLElement
  if (target instanceof HTMLTextAreaElement) return target.dataset['recipe'] === undefined
  return target instanceof HTMLInputElement && target.type === 'text'
}
