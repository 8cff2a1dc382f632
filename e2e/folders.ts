import type { CDPSession, Page } from '@playwright/test'

/**
 * Real folders for a page. Headless Chromium shows no folder picker, but a folder that is dropped gives the page a genuine
 * handle: real disk, real errors. So folders are dropped on a catcher, and a stand-in for `showDirectoryPicker` returns them.
 */

/** What the page's side of the harness keeps; it lives in the page, beside the app. */
interface Catcher {
  /** The next drop is for the catcher, not for the app. */
  armed: boolean
  /** Handles that `showDirectoryPicker` will return, in order. */
  queue: FileSystemDirectoryHandle[]
  problem: string | null
  /** Drops that came, for the catcher or for the app. */
  drops: number
  /** How often the app asked for a folder. */
  asked: number
}

declare global {
  interface Window {
    folderCatcher: Catcher
  }
}

/** The parts of the File System Access API that TypeScript's DOM library lacks; `src` is not consulted for them. */
interface HandleItem {
  getAsFileSystemHandle(): Promise<FileSystemHandle | null>
}
interface GuardedHandle {
  requestPermission(mode: { mode: 'readwrite' }): Promise<PermissionState>
}

/** Runs in every document before the app's own scripts. */
export function installFolderCatcher(): void {
  const catcher: Catcher = { armed: false, queue: [], problem: null, drops: 0, asked: 0 }
  window.folderCatcher = catcher
  const hold = (event: Event) => {
    if (!catcher.armed) return
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  for (const type of ['dragenter', 'dragover', 'dragleave']) window.addEventListener(type, hold, true)
  window.addEventListener(
    'drop',
    (event) => {
      catcher.drops += 1
      if (!catcher.armed) return
      hold(event)
      catcher.armed = false
      const [item] = (event.dataTransfer?.items ?? []) as unknown as HandleItem[]
      item?.getAsFileSystemHandle().then(
        (handle) => {
          if (handle?.kind === 'directory') catcher.queue.push(handle as FileSystemDirectoryHandle)
          else catcher.problem = 'what was dropped is not a folder'
        },
        (reason: unknown) => {
          catcher.problem = String(reason)
        },
      )
    },
    true,
  )
  const picker = async (options?: { mode?: 'read' | 'readwrite' }) => {
    catcher.asked += 1
    const handle = catcher.queue.shift()
    // What the real picker says when the user closes it.
    if (handle === undefined) throw new DOMException('The user aborted a request.', 'AbortError')
    if (
      options?.mode === 'readwrite' &&
      (await (handle as unknown as GuardedHandle).requestPermission({ mode: 'readwrite' })) !== 'granted'
    )
      throw new DOMException('The folder may not be written to.', 'NotAllowedError')
    return handle
  }
  Object.defineProperty(window, 'showDirectoryPicker', { value: picker, configurable: true, writable: true })
}

export class Folders {
  private session: CDPSession | undefined
  private readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** The next `showDirectoryPicker` of the page returns this folder. */
  async arm(path: string): Promise<void> {
    const waiting = await this.page.evaluate(() => {
      window.folderCatcher.armed = true
      return window.folderCatcher.queue.length
    })
    await this.drop([path])
    await this.page.waitForFunction(
      (count) => window.folderCatcher.queue.length > count || window.folderCatcher.problem !== null,
      waiting,
    )
    const problem = await this.page.evaluate(() => window.folderCatcher.problem)
    if (problem !== null) throw new Error(`${path}: ${problem}`)
  }

  /** Drops files or folders on the page itself, as a user does. Without a point: in the middle of the window. */
  async drop(files: readonly string[], point?: { readonly x: number; readonly y: number }): Promise<void> {
    const session = await this.cdp()
    const size = this.page.viewportSize() ?? { width: 800, height: 600 }
    const { x, y } = point ?? { x: size.width / 2, y: size.height / 2 }
    const data = { items: [], files: [...files], dragOperationsMask: 1 }
    const before = await this.page.evaluate(() => window.folderCatcher.drops)
    for (let attempt = 1; ; attempt++) {
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, x, y, data })
      // A browser that is short of time forgets the drag before its drop.
      const late = await this.page
        .waitForFunction((count) => window.folderCatcher.drops > count, before, {
          timeout: attempt < 5 ? 3000 : 15_000,
        })
        .then(
          () => null,
          (reason: unknown) => reason,
        )
      if (late === null) return
      if (attempt === 5) throw late
    }
  }

  private async cdp(): Promise<CDPSession> {
    this.session ??= await this.page.context().newCDPSession(this.page)
    return this.session
  }
}
