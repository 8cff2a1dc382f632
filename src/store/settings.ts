import { replan } from './planning.ts'
import { type Settings, type Theme, useStudio } from './studio.ts'

/** Changes settings and plans anew. */
export function setSettings(change: Partial<Settings>): void {
  useStudio.setState(({ settings }) => ({ settings: { ...settings, ...change } }))
  replan()
}

export function setTheme(theme: Theme): void {
  useStudio.setState({ theme })
}
