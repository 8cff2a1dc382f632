/**
 * The containment headers: what the browser is told to forbid, whatever the page's own code does.
 *
 * They are sent with documents and with worker scripts. `Connection-Allowlist` (Chrome and Edge from 152) closes what CSP leaves
 * open: window.open, top-level navigation and WebRTC.
 */
export const containmentHeaders: Record<string, string> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "frame-src 'none'",
    "object-src 'none'",
    "media-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types app',
    "webrtc 'block'",
  ].join('; '),
  'Connection-Allowlist': '(response-origin)',
  ...isolationHeaders(),
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), bluetooth=(), midi=(), payment=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
}

/** The part of the headers that the development server and the browser tests can bear: cross-origin isolation. */
export function isolationHeaders(): Record<string, string> {
  return {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
  }
}

/** What a page may not say of itself: browsers ignore these directives in a <meta> element. */
const HEADER_ONLY = ['frame-ancestors', 'report-uri', 'report-to', 'sandbox', 'webrtc']

/** The part of the content policy that a page can carry in a <meta> element, for hosts that send no headers. */
export function metaPolicy(): string {
  const directives = (containmentHeaders['Content-Security-Policy'] ?? '').split('; ')
  return directives.filter((directive) => !HEADER_ONLY.some((name) => directive.startsWith(name))).join('; ')
}

/** The headers as a `_headers` file, which Netlify, Cloudflare Pages and others read from the folder they serve. */
export function headersFile(): string {
  return ['/*', ...Object.entries(containmentHeaders).map(([name, value]) => `  ${name}: ${value}`), ''].join('\n')
}
