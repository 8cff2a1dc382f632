import { useStudio } from '../store/studio.ts'

/** Puts the chosen theme on the document, now and whenever it changes. `system` leaves it to the browser. */
export function followTheme(): void {
  const apply = (): void => {
    document.documentElement.dataset['theme'] = useStudio.getState().theme
  }
  apply()
  useStudio.subscribe((studio, before) => {
    if (studio.theme !== before.theme) apply()
  })
}
