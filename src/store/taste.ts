import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Plan } from '../plan/plan.ts'
import { type SpeakRequest, TasteClient, type Taster, tasteFiles, whyNoTaste } from '../taste/index.ts'
import { stayAground } from './flight.ts'
import { type OpenedModel, type Studio, useStudio, wordsOf } from './studio.ts'
import { type Said, useTaste, type Voice } from './taste-state.ts'

const INCOMPLETE = 'What the models say is heard here as soon as the recipe and its models are complete.'

type Opened = Extract<OpenedModel, { phase: 'open' }>

/**
 * Listens to the plan: whenever it changes, the merged model is made anew in memory, speaks, and is measured. While a point is dragged each
 * round is finished and the newest plan taken for the next one; when the drag ends, the round under way is broken off.
 * @returns stops it, and gives the models' memory back
 */
export function followTaste(): () => void {
  const listening = new Listening()
  const takeUp = stayAground()
  listening.take(useStudio.getState(), true)
  const stopStudio = useStudio.subscribe((studio, before) => {
    const isSettled = studio.recipeText !== before.recipeText
    if (studio.plan !== before.plan || studio.models !== before.models || isSettled) listening.take(studio, isSettled)
  })
  const stopTaste = useTaste.subscribe(({ request, voices }, before) => {
    if (request !== before.request || voices !== before.voices) listening.again()
  })
  return () => {
    takeUp()
    stopStudio()
    stopTaste()
    listening.end()
  }
}

export function setTasteRequest(change: Partial<SpeakRequest>): void {
  useTaste.setState(({ request }) => ({ request: { ...request, ...change } }))
}

export function setVoices(voices: readonly Voice[]): void {
  useTaste.setState({ voices, losses: new Map() })
}

/** One worker, and what is asked of it. */
class Listening {
  #client: TasteClient | null = null
  #opened: readonly Checkpoint[] = []
  #plan: Plan | null = null
  #isBusy = false
  #isDirty = false
  /** What inputs were asked, so that they are not asked again. */
  readonly #asked = new Map<Taster, string>()

  take(studio: Studio, isSettled: boolean): void {
    const { plan } = studio
    const models = plan === null ? [] : modelsOf(studio, plan)
    const reason =
      plan === null
        ? INCOMPLETE
        : models.map(({ checkpoint }) => whyNoTaste(checkpoint)).find((found) => found !== null)
    if (typeof reason === 'string') {
      this.#give(reason)
      return
    }
    this.#open(models.map(({ checkpoint }) => checkpoint))
    useTaste.setState({ reason: null, models: models.map(({ name, colour }) => ({ name, colour })) })
    this.#plan = plan
    if (isSettled) this.#client?.hush()
    markStale('merged')
    this.#start()
  }

  #open(opened: readonly Checkpoint[]): void {
    const isOpen = opened.length === this.#opened.length && opened.every((one, i) => isSame(one, this.#opened[i]))
    if (this.#client !== null && isOpen) return
    this.#client?.end()
    this.#client = new TasteClient(opened)
    this.#opened = opened
    this.#asked.clear()
    useTaste.setState({ said: new Map(), losses: new Map() })
  }

  /** Asks all of them anew, since prompt or voices changed. */
  again(): void {
    if (this.#client === null) return
    this.#client.hush()
    for (const who of useTaste.getState().said.keys()) markStale(who)
    this.#start()
  }

  end(): void {
    this.#client?.end()
    this.#client = null
    this.#opened = []
    useTaste.setState({ said: new Map(), losses: new Map(), models: [] })
  }

  #give(reason: string): void {
    this.end()
    useTaste.setState({ reason })
  }

  #start(): void {
    this.#isDirty = true
    if (!this.#isBusy) void this.#rounds()
  }

  async #rounds(): Promise<void> {
    this.#isBusy = true
    while (this.#isDirty && this.#client !== null) {
      this.#isDirty = false
      const client = this.#client
      try {
        await this.#round(client)
      } catch (cause) {
        // Broken off by something newer, which has asked for a round of its own.
        if (cause instanceof Error && cause.name === 'AbortError') continue
        if (client === this.#client) this.#give(wordsOf(cause))
      }
    }
    this.#isBusy = false
  }

  async #round(client: TasteClient): Promise<void> {
    const plan = this.#plan
    if (plan === null) return
    await client.setMerge({ jobs: plan.jobs, files: await tasteFiles(plan.files, this.#opened) })
    await this.#hear(client, 'merged')
    for (const who of this.#opened.keys()) {
      const { request, voices } = useTaste.getState()
      const asked = JSON.stringify([request, voices])
      if (this.#isDirty) return
      if (this.#asked.get(who) === asked) continue
      await this.#hear(client, who)
      this.#asked.set(who, asked)
    }
  }

  async #hear(client: TasteClient, who: Taster): Promise<void> {
    const { request, voices } = useTaste.getState()
    markStale(who)
    const text = await client.speak(who, request, (so) => say(who, () => ({ text: so, phase: 'speaking' })))
    say(who, () => ({ text, phase: 'done' }))
    const losses = [...(useTaste.getState().losses.get(who) ?? [])]
    for (const [index, voice] of voices.entries()) {
      losses[index] = (await client.loss(who, voice.texts)).nats
      const shown = losses.slice(0, voices.length)
      useTaste.setState((state) => ({ losses: new Map([...state.losses, [who, shown]]) }))
    }
  }
}

function markStale(who: Taster): void {
  say(who, (before) => ({ text: before?.text ?? '', phase: 'stale' }))
}

function say(who: Taster, next: (before: Said | undefined) => Said): void {
  useTaste.setState(({ said }) => ({ said: new Map([...said, [who, next(said.get(who))]]) }))
}

function modelsOf({ models, matches }: Studio, plan: Plan): Opened[] {
  return plan.checkpoints.map(({ model }) => {
    const match = models.find((candidate) => candidate.id === matches.get(model))
    if (match?.phase !== 'open') throw new Error(`the plan has a model that is not open: ${model}`)
    return match
  })
}

/** The same files: a vocabulary that was read meanwhile changes nothing here. */
function isSame(a: Checkpoint, b: Checkpoint | undefined): boolean {
  return a.files === b?.files
}
