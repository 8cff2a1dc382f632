import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { containmentHeaders, isolationHeaders } from '../scripts/headers.ts'
import { expect, test } from './fixtures.ts'

// The harness on trial: a page of its own under the app's headers, real folders on disk, and the watch that must notice breaches.

const WORKER = `onmessage = async ({ data: folder }) => {
  const names = []
  for await (const name of folder.keys()) names.push(name)
  const file = await folder.getFileHandle('written.bin', { create: true })
  const writable = await file.createWritable()
  await writable.write({ type: 'write', position: 4, data: new Uint8Array([5, 6, 7, 8]) })
  await writable.write({ type: 'write', position: 0, data: new Uint8Array([1, 2, 3, 4]) })
  await writable.close()
  postMessage(names)
}`

const SCRIPT = `const policy = trustedTypes.createPolicy('app', { createScriptURL: (url) => url })
addEventListener('dragover', (event) => event.preventDefault())
addEventListener('drop', (event) => {
  event.preventDefault()
  const [item] = event.dataTransfer.items
  item.getAsFileSystemHandle().then((handle) => { document.title = handle.name })
})
document.querySelector('button').onclick = async () => {
  const folder = await showDirectoryPicker({ mode: 'readwrite' })
  const worker = new Worker(policy.createScriptURL('/harness-worker.js'), { type: 'module' })
  worker.onmessage = ({ data }) => { document.querySelector('output').textContent = data.sort().join(' ') }
  worker.postMessage(folder)
}`

const FILES: Readonly<Record<string, readonly [type: string, body: string]>> = {
  'harness.html': ['text/html', '<button>Write</button><output></output><script src="/harness.js"></script>'],
  'harness.js': ['text/javascript', SCRIPT],
  'harness-worker.js': ['text/javascript', WORKER],
  'leaky.html': ['text/html', '<div></div><script src="/leaky.js"></script>'],
  'leaky.js': [
    'text/javascript',
    `document.querySelector('div').setAttribute('style', 'color: red')
    const policy = trustedTypes.createPolicy('app', { createScriptURL: (url) => url })
    new Worker(policy.createScriptURL('/leaky-worker.js'))
    fetch('https://page.invalid/').catch(() => {})
    setTimeout(() => { throw new Error('left uncaught') })
    setTimeout(() => { document.querySelector('div').innerHTML = '<b>markup</b>' })`,
  ],
  'leaky-worker.js': [
    'text/javascript',
    `fetch('https://worker.invalid/').catch(() => {}); setTimeout(() => { throw new Error('uncaught in a worker') })`,
  ],
}

async function openPage(page: Page, name: string, headers = containmentHeaders): Promise<void> {
  for (const [file, [contentType, body]] of Object.entries(FILES))
    await page.route(`**/${file}`, (route) => route.fulfill({ contentType, body, headers }))
  await page.goto(`/${name}`)
}

test('a folder on disk is listed and written by a worker under the strict policy', async ({
  page,
  folders,
  makeFolder,
}) => {
  const folder = makeFolder('real')
  writeFileSync(join(folder, 'already.txt'), 'here')
  await openPage(page, 'harness.html')
  await folders.arm(folder)
  await page.getByRole('button', { name: 'Write' }).click()
  await expect(page.locator('output')).toHaveText('already.txt')
  expect(readdirSync(folder).sort()).toEqual(['already.txt', 'written.bin'])
  expect([...readFileSync(join(folder, 'written.bin'))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
})

test('armed folders are handed out in order, and then the picker is closed by the user', async ({
  page,
  folders,
  makeFolder,
}) => {
  await openPage(page, 'harness.html')
  await folders.arm(makeFolder('first'))
  await folders.arm(makeFolder('second'))
  const names = await page.evaluate(async () => {
    const picker = window as unknown as { showDirectoryPicker(): Promise<FileSystemDirectoryHandle> }
    const picked: string[] = []
    for (let i = 0; i < 2; i++) picked.push((await picker.showDirectoryPicker()).name)
    const third = await picker.showDirectoryPicker().catch((reason: DOMException) => reason)
    return [...picked, third.name]
  })
  expect(names).toEqual([expect.stringMatching(/^first-/), expect.stringMatching(/^second-/), 'AbortError'])
})

test('a folder that is dropped without being armed reaches the page itself', async ({ page, folders, makeFolder }) => {
  await openPage(page, 'harness.html')
  await folders.drop([makeFolder('dropped')])
  await expect(page).toHaveTitle(/^dropped-/)
})

test('the software GPU is there', async ({ page }) => {
  await openPage(page, 'harness.html')
  expect(await page.evaluate(async () => (await navigator.gpu.requestAdapter()) !== null)).toBe(true)
})

test.describe('a page that breaks the rules', () => {
  test.use({ allowComplaints: true })

  for (const [breach, words] of [
    ['an inline style', 'Applying inline style violates'],
    ['a request of the page', "Connecting to 'https://page.invalid/' violates"],
    ['a request of a worker', "logged of a worker: Connecting to 'https://worker.invalid/' violates"],
    ['an uncaught error', 'left uncaught'],
    ['an uncaught error of a worker', 'uncaught in a worker'],
    ['markup through innerHTML', 'TrustedHTML'],
  ] as const)
    test(`${breach} is stopped and noticed`, async ({ page, watching }) => {
      await openPage(page, 'leaky.html')
      await expect.poll(() => watching.complaints.join('\n')).toContain(words)
    })

  test('without the policy its requests do leave, and are noticed', async ({ page, watching }) => {
    await openPage(page, 'leaky.html', isolationHeaders())
    for (const host of ['page', 'worker'])
      await expect
        .poll(() => watching.complaints.join('\n'))
        .toContain(`request to another origin: https://${host}.invalid/`)
  })
})
