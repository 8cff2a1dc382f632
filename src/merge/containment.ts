import workerUrl from './merge.worker.ts?worker&url'
import { scriptUrl } from './script-url.ts'

/** What holds the page back: the server's headers as well, or its own <meta> policy and code alone. */
export type Containment = 'headers' | 'code'

/**
 * Reads the headers that came with the page and with its merge worker: a worker has the policy of its own script. Two requests for files
 * that the page has loaded anyway.
 * @returns null where that cannot be told
 */
export async function readContainment(): Promise<Containment | null> {
  try {
    const responses = await Promise.all([location.href, scriptUrl(workerUrl)].map((url) => fetch(url)))
    const policies = responses.map(({ headers }) => headers.get('Content-Security-Policy') ?? '')
    const held = policies.every(
      (policy) => policy.includes("default-src 'none'") && policy.includes("connect-src 'self'"),
    )
    return held && responses[0]?.headers.has('Connection-Allowlist') ? 'headers' : 'code'
  } catch {
    return null
  }
}
