import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, ConsoleMessage, Page, Request } from '@playwright/test'

/**
 * Everything that must not happen while a page is open: console errors, uncaught errors, violations of the content policy or of
 * trusted types, requests to another origin (those of workers and of the service worker too), and requests that could carry data.
 */
export interface Watch {
  readonly complaints: readonly string[]
  /** Listens to a page too, before it goes anywhere: to its web sockets and to what the browser logs of its workers. */
  attach(page: Page): Promise<void>
  stop(): void
}

/** Runs in every document before the app's own scripts: some violations are not written to the console. */
export function reportViolations(): void {
  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(
      `Policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
    )
  })
}

/** Chromium does not know this directive of the policy yet, and says so on every page. */
const KNOWN = "Unrecognized Content-Security-Policy directive 'webrtc'."

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

/** The tests of the harness bring pages of their own, under this name. */
function isBuilt({ pathname }: URL): boolean {
  return pathname === '/' || pathname.startsWith('/harness') || existsSync(join(DIST, decodeURIComponent(pathname)))
}

/** @param origin the app's own origin, the only one that may be asked for anything */
export function watch(context: BrowserContext, origin: string): Watch {
  const complaints: string[] = []
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() === 'error' && message.text() !== KNOWN)
      complaints.push(`console error: ${message.text()} (${message.location().url})`)
  }
  const onError = (error: Error) => complaints.push(`uncaught error: ${error.stack ?? error.message}`)
  const onRequest = (request: Request) => {
    const url = new URL(request.url())
    const isLocal = url.protocol === 'blob:' ? url.href.startsWith(`blob:${origin}/`) : url.origin === origin
    if (request.method() !== 'GET') complaints.push(`${request.method()} request: ${request.url()}`)
    if (!isLocal) complaints.push(`request to another origin: ${request.url()}`)
    else if (url.protocol !== 'blob:' && !isBuilt(url))
      complaints.push(`request for no file of the app: ${request.url()}`)
  }
  const onWebError = (event: { error(): Error }) => onError(event.error())
  context.on('console', onConsole)
  context.on('weberror', onWebError)
  context.on('request', onRequest)
  return {
    complaints,
    async attach(page) {
      page.on('websocket', (socket) => complaints.push(`web socket opened: ${socket.url()}`))
      const session = await context.newCDPSession(page)
      // Playwright passes on what a worker prints, not what the browser logs of it: violations of its policy, above all.
      session.on('Log.entryAdded', ({ entry }) => {
        if (entry.source === 'worker' && entry.level === 'error' && entry.text !== KNOWN)
          complaints.push(`logged of a worker: ${entry.text} (${entry.url})`)
      })
      await session.send('Log.enable')
    },
    stop() {
      context.off('console', onConsole)
      context.off('weberror', onWebError)
      context.off('request', onRequest)
    },
  }
}
