import { readdirSync } from 'node:fs'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { prepareLong, shardsIn } from './long-merge.ts'

// While nobody looks: a screen that goes dark, a machine that sleeps, a page that is left, a permission that is withdrawn.

/** What stands in for the screen's lock, since a headless browser has no screen: it counts, and ends when the page is hidden. */
function installWakeLock(): void {
  const held = new Set<EventTarget>()
  const lock = {
    asked: 0,
    get held() {
      return held.size
    },
  }
  const request = async () => {
    lock.asked++
    const sentinel = new EventTarget()
    held.add(sentinel)
    const release = async () => void held.delete(sentinel)
    document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && held.delete(sentinel))
    return Object.assign(sentinel, { release, released: false, type: 'screen' })
  }
  Object.defineProperty(navigator, 'wakeLock', { value: { request } })
  Object.assign(window, { screenLock: lock })
}

test('the screen is kept awake while a merge runs: asked for again whenever the page is seen again, given back at the end', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await page.addInitScript(installWakeLock)
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(makeFolder('out'))
  const lock = () =>
    page.evaluate(() => {
      const { asked, held } = (window as unknown as { screenLock: { asked: number; held: number } }).screenLock
      return { asked, held }
    })
  expect(await lock()).toEqual({ asked: 0, held: 0 })
  await studio.merge()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  expect(await lock()).toEqual({ asked: 1, held: 1 })
  const see = (state: 'hidden' | 'visible') =>
    page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { value: now, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    }, state)
  // The browser ends the lock of a page that is hidden, and so does a machine that sleeps.
  await see('hidden')
  expect(await lock()).toEqual({ asked: 1, held: 0 })
  await see('visible')
  await expect.poll(lock).toEqual({ asked: 2, held: 1 })
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitDone()
  await expect.poll(lock).toEqual({ asked: 2, held: 0 })
  await see('visible')
  expect(await lock()).toEqual({ asked: 2, held: 0 })
})

test('a machine that slept goes on where it was: frozen in the middle of a merge, the page finishes the same files', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await prepareLong(studio, makeFolder)
  const [whole, slept] = [makeFolder('whole'), makeFolder('slept')]
  await studio.outputFolder(whole)
  await studio.merge()
  await studio.waitDone()
  await studio.outputFolder(slept)
  await studio.merge()
  await expect.poll(() => shardsIn(slept).length, { intervals: [10] }).toBeGreaterThan(1)
  const session = await page.context().newCDPSession(page)
  // Every process of the browser stands still, workers included, and all clocks have jumped when it goes on.
  const { processInfo } = await ((await page.context().browser()?.newBrowserCDPSession()) ?? session).send(
    'SystemInfo.getProcessInfo',
  )
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  expect(renderers.length).toBeGreaterThan(0)
  for (const id of renderers) process.kill(id, 'SIGSTOP')
  const then = shardsIn(slept)
  await new Promise((resolve) => setTimeout(resolve, 3000))
  expect(shardsIn(slept).length).toBeLessThanOrEqual(then.length + 8)
  for (const id of renderers) process.kill(id, 'SIGCONT')
  await studio.waitDone()
  expect(fileHashes(slept)).toEqual(fileHashes(whole))
})

test('leaving the page asks while a merge runs, and not before or after', async ({ studio, makeFolder }) => {
  const { page } = studio
  await prepareLong(studio, makeFolder)
  await studio.outputFolder(makeFolder('out'))
  const asks = () => page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })))
  expect(await asks()).toBe(false)
  await studio.merge()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  expect(await asks()).toBe(true)
  const dialog = page.waitForEvent('dialog')
  const leaving = page.close({ runBeforeUnload: true })
  const asked = await dialog
  expect(asked.type()).toBe('beforeunload')
  await asked.dismiss()
  await leaving
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await studio.waitDone()
  expect(await asks()).toBe(false)
})

/** In the worker: after the second shard, every call to the output folder is refused. */
const WITHDRAWN = `{
  let closed = 0
  const guard = (type, name) => {
    const call = type.prototype[name]
    type.prototype[name] = async function (...rest) {
      if (closed >= 2) throw new DOMException('The request is not allowed.', 'NotAllowedError')
      const result = await call.apply(this, rest)
      if (name === 'createWritable') result.file = this.name
      if (name === 'close' && this.file.endsWith('.safetensors') && ++closed === 2)
        new BroadcastChannel('permission').postMessage('withdrawn')
      return result
    }
  }
  guard(FileSystemFileHandle, 'createWritable')
  guard(FileSystemFileHandle, 'getFile')
  guard(FileSystemDirectoryHandle, 'getFileHandle')
  guard(FileSystemDirectoryHandle, 'removeEntry')
  guard(FileSystemWritableFileStream, 'write')
  guard(FileSystemWritableFileStream, 'close')
}`

/** In the page: what the browser says of a permission that was withdrawn, until it is asked for again. */
function installPermission(): void {
  // A service worker would hand out the merge's worker past the route below.
  Reflect.deleteProperty(Navigator.prototype, 'serviceWorker')
  const state = { granted: true, asked: 0 }
  new BroadcastChannel('permission').addEventListener('message', () =>
    Object.assign(state, { granted: false, asked: 0 }),
  )
  Object.assign(window, { permission: state })
  // The empty page before the studio has no folders.
  if (!('FileSystemHandle' in window)) return
  Object.assign(FileSystemHandle.prototype, {
    queryPermission: async () => (state.granted ? 'granted' : 'prompt'),
    requestPermission: async () => {
      state.asked++
      state.granted = true
      return 'granted'
    },
  })
}

test('a permission that is withdrawn pauses the merge: one click asks for it, and it goes on', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await page.addInitScript(installPermission)
  let withdrawn = true
  await page.route('**/assets/merge.worker-*.js', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, body: `${withdrawn ? WITHDRAWN : ''}\n${await response.text()}` })
  })
  await prepareLong(studio, makeFolder)
  const output = makeFolder('out')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitForError(/^The merge is paused\. Could not .+ in the output folder: .+permission/)
  withdrawn = false
  const go = page.getByRole('button', { name: 'Continue', exact: true })
  await expect(go).toBeVisible()
  expect(shardsIn(output).length).toBeGreaterThan(0)
  await go.click()
  await studio.waitDone()
  const asked = await page.evaluate(() => (window as unknown as { permission: { asked: number } }).permission.asked)
  expect(asked).toBeGreaterThan(0)
  expect(readdirSync(output)).toContain('model.safetensors.index.json')
  expect(readdirSync(output).filter((name) => name.endsWith('.crswap'))).toEqual([])
})
