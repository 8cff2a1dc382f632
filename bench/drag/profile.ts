import { writeFileSync } from 'node:fs'
import type { Page } from '@playwright/test'

/** What happens in the browser while a page is used, by the browser's own account. */
export interface Profile {
  /** Ends it. */
  stop(): Promise<{
    /** Milliseconds from each pointer move in the browser until its frame was handed to the screen. */
    readonly presented: readonly number[]
    /** Milliseconds of processor time that the page's own thread spent on each of those frames: what load beside it disturbs least. */
    readonly own: readonly number[]
    /** Where the profile lies; '' where none was asked for. */
    readonly folder: string
  }>
}

interface TraceEvent {
  readonly name: string
  readonly cat: string
  readonly ph: string
  readonly ts: number
  readonly dur?: number
  /** Processor time. */
  readonly tdur?: number
  readonly pid: number
  readonly tid: number
  readonly id?: string
  readonly id2?: { readonly local?: string; readonly global?: string }
  readonly args?: { readonly event_latency?: { readonly event_type?: string } }
}

/** SLERP_STUDIO_PROFILE: a folder for the CPU profile and the trace, which the browser's own tools open. */
const FOLDER = process.env['SLERP_STUDIO_PROFILE'] ?? ''

export async function startProfile(page: Page): Promise<Profile> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  const latency = ['cc', 'benchmark', 'latencyInfo', 'input']
  const more = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'blink', 'viz', 'toplevel']
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: FOLDER === '' ? latency : [...latency, ...more] },
  })
  if (FOLDER !== '') {
    await session.send('Profiler.enable')
    await session.send('Profiler.setSamplingInterval', { interval: 200 })
    await session.send('Profiler.start')
  }
  return {
    async stop() {
      const cpu = FOLDER === '' ? null : (await session.send('Profiler.stop')).profile
      const ended = new Promise((done) => session.once('Tracing.tracingComplete', done))
      await session.send('Tracing.end')
      await ended
      if (cpu !== null) {
        writeFileSync(`${FOLDER}/drag.cpuprofile`, JSON.stringify(cpu))
        writeFileSync(`${FOLDER}/drag.trace.json`, JSON.stringify({ traceEvents: events }))
      }
      return { presented: latencies(events), own: frameTimes(events), folder: FOLDER }
    },
  }
}

/** Processor time of the page's frame that follows each drag event. */
function frameTimes(events: readonly TraceEvent[]): number[] {
  const frames = events
    .filter(({ name, ph }) => name === 'ProxyMain::BeginMainFrame' && ph === 'X')
    .toSorted((a, b) => a.ts - b.ts)
  const moves = events.filter(
    ({ name, ph, args }) =>
      name === 'EventLatency' && ph === 'b' && args?.event_latency?.event_type === 'MOUSE_DRAGGED',
  )
  return moves.flatMap(({ ts }) => {
    const frame = frames.find((candidate) => candidate.ts >= ts)
    return frame?.tdur === undefined ? [] : [frame.tdur / 1000]
  })
}

/** The browser's own measure of each drag event, which ends when its frame is presented. */
function latencies(events: readonly TraceEvent[]): number[] {
  const begun = new Map<string, number>()
  const found: number[] = []
  for (const { name, ph, ts, pid, id2, id, args } of events.toSorted((a, b) => a.ts - b.ts)) {
    if (name !== 'EventLatency') continue
    const key = `${pid} ${id2?.local ?? id}`
    const from = begun.get(key)
    if (ph === 'b' && args?.event_latency?.event_type === 'MOUSE_DRAGGED') begun.set(key, ts)
    if (ph === 'e' && from !== undefined) {
      begun.delete(key)
      found.push((ts - from) / 1000)
    }
  }
  return found
}
