import { labelled } from './history.ts'
import { refusedWhileMerging } from './merging.ts'
import { replan } from './planning.ts'
import { type Settings, type Theme, useStudio } from './studio.ts'

/** Changes settings and plans anew. */
export function setSettings(change: Partial<Settings>): void {
  if (refusedWhileMerging()) return
  const next = { ...useStudio.getState().settings, ...change }
  labelled('change a setting', () => useStudio.setState({ settings: next }), Object.keys(change).join())
  replan()
}

export function setTheme(theme: Theme): void {
  useStudio.setState({ theme })
}
