import type { Plugin } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

/**
 * Offline after the first visit, and installable. The service worker keeps the page's own files (the demo keeps itself, once it was
 * opened: src/store/demo.ts) and never asks another site for anything.
 */
export function offline(): Plugin[] {
  return VitePWA({
    // The page registers it by itself, through its one trusted-types policy (src/offline.ts).
    injectRegister: false,
    // A new version takes over when all tabs of the old one are closed: never under a merge that runs.
    registerType: 'prompt',
    workbox: {
      globPatterns: ['**/*.{html,js,css,wasm,svg,png}'],
      // Without its runtime inlined, the worker would import a script, which the content policy forbids, and cache nothing without a word.
      inlineWorkboxRuntime: true,
      cleanupOutdatedCaches: true,
    },
    manifest: {
      name: 'Slerp Studio',
      short_name: 'Slerp',
      description: 'Merge language-model checkpoints in the browser. Nothing is installed, nothing is uploaded.',
      display: 'standalone',
      // Relative to the manifest, so that the studio works under any path.
      start_url: './',
      scope: './',
      id: './',
      background_color: '#0f1114',
      theme_color: '#171a1f',
      icons: [
        { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
        { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
        { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
      ],
    },
  })
}
