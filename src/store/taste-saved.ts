import { useTaste } from './taste-state.ts'

const KEY = 'slerp-studio-taste'

/** Brings back the prompt of the last visit and how answers were drawn, and keeps them from now on. */
export function restoreTaste(): void {
  const { request } = useTaste.getState()
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof typeof request, unknown>>
    useTaste.setState({
      request: {
        prompt: typeof saved.prompt === 'string' ? saved.prompt : request.prompt,
        seed: finite(saved.seed, request.seed),
        temperature: finite(saved.temperature, request.temperature),
        tokens: finite(saved.tokens, request.tokens),
      },
    })
  } catch {
    // What lies there is of another program, or storage is forbidden: the defaults stay.
  }
  useTaste.subscribe(({ request }, before) => {
    if (request === before.request) return
    try {
      localStorage.setItem(KEY, JSON.stringify(request))
    } catch {
      // Storage is full or forbidden: the prompt is then lost by a reload, and nothing else.
    }
  })
}

function finite(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : otherwise
}
