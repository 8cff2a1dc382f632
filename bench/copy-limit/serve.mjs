// A static server for this folder's four files.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const FILES = new Map([
  ['/', ['index.html', 'text/html']],
  ['/page.mjs', ['page.mjs', 'text/javascript']],
  ['/copy.mjs', ['copy.mjs', 'text/javascript']],
  ['/worker.mjs', ['worker.mjs', 'text/javascript']],
])

/** @returns {Promise<{ url: string, close: () => void }>} on a free port */
export async function serveCopyLimit() {
  const server = createServer((request, response) => {
    const [name, type] = FILES.get(request.url ?? '') ?? []
    if (name === undefined) {
      response.writeHead(404).end()
      return
    }
    readFile(new URL(name, import.meta.url)).then(
      (body) => response.writeHead(200, { 'content-type': type }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server of the copy limit has no port.')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}
