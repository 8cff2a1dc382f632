/**
 * Keeps the screen awake; a machine that sleeps stops a merge until it wakes. The browser ends the lock whenever the page is hidden, so
 * that it is asked for again when the page is seen again.
 * @returns what ends it
 */
export function keepScreenAwake(): () => void {
  let ended = false
  let sentinel: WakeLockSentinel | null = null
  const request = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || ended) return
    try {
      sentinel = (await navigator.wakeLock?.request('screen')) ?? null
      if (ended) await sentinel?.release()
    } catch {
      // Refused on low battery; the merge goes on all the same.
    }
  }
  const onVisible = (): void => void request()
  document.addEventListener('visibilitychange', onVisible)
  void request()
  return () => {
    ended = true
    document.removeEventListener('visibilitychange', onVisible)
    sentinel?.release().catch(() => undefined)
  }
}
