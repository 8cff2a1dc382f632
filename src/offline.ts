import { scriptUrl } from './merge/script-url.ts'

/**
 * Registers the service worker that keeps the page for visits without a network (scripts/offline-plugin.ts). Built pages only; without
 * it, as in a private window that has none, everything else works.
 */
export function keepForOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  navigator.serviceWorker.register(scriptUrl('sw.js')).catch(() => undefined)
}
