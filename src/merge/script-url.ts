/**
 * The one trusted-types policy of the page and its workers, `app`: they may only start scripts of their own origin, and this is where that
 * is checked.
 * @throws TypeError for a URL of another origin
 */
export function scriptUrl(url: string): string {
  const absolute = new URL(url, globalThis.document?.baseURI ?? location.href)
  if (absolute.origin !== location.origin) throw new TypeError(`${absolute.href} is not a script of this page`)
  policy ??= trustedTypesFactory()?.createPolicy('app', { createScriptURL: (checked) => checked }) ?? null
  // A TrustedScriptURL where the browser has them; constructors and register() take it in place of a string.
  return (policy?.createScriptURL(absolute.href) ?? absolute.href) as string
}

interface Policy {
  createScriptURL(url: string): unknown
}

let policy: Policy | null = null

function trustedTypesFactory():
  | { createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy }
  | undefined {
  return (globalThis as { trustedTypes?: ReturnType<typeof trustedTypesFactory> }).trustedTypes
}
