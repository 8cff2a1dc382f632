// A static server for the files of one folder of the benchmark.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

/**
 * @param {URL} folder with index.html and modules
 * @param {string[]} modules their names
 * @returns {Promise<{ url: string, close: () => void }>} on a free port
 */
export async function serveFolder(folder, modules) {
  const files = new Map([
    ['/', ['index.html', 'text/html']],
    ...modules.map((name) => /** @type {const} */ ([`/${name}`, [name, 'text/javascript']])),
  ])
  const server = createServer((request, response) => {
    const [name, type] = files.get(request.url ?? '') ?? []
    if (name === undefined) {
      response.writeHead(404).end()
      return
    }
    readFile(new URL(name, folder)).then(
      (body) => response.writeHead(200, { 'content-type': type }).end(body),
      (error) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server of the benchmark has no port.')
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() }
}
