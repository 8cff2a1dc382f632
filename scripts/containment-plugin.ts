import type { Plugin } from 'vite'
import { headersFile, metaPolicy } from './headers.ts'

/**
 * Containment for hosts that the project does not run: the built page carries as much of the content policy as a <meta> element can, and
 * the headers lie beside it as a `_headers` file. The development server needs inline scripts and is left alone.
 */
export function containment(): Plugin {
  return {
    name: 'containment',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: metaPolicy() },
          injectTo: 'head-prepend',
        },
        { tag: 'meta', attrs: { name: 'referrer', content: 'no-referrer' }, injectTo: 'head' },
      ],
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headersFile() })
    },
  }
}
