import { carryGrams, geometryOf, gramKey, type JobGrams, layoutOf, type PlanGrams } from '../geometry/index.ts'
import { type GeometryInputs, type GramsByJob, keepExactGrams, startGeometry } from '../merge/geometry-client.ts'
import type { Plan } from '../plan/plan.ts'
import { useGeometry } from './geometry-state.ts'
import { inputsOf } from './inputs.ts'
import { useStudio, wordsOf } from './studio.ts'

/** What was measured since the page was opened, by what it was measured of: undo, and a t that returns from 0, show it at once. */
const measured = new Map<string, JobGrams>()
/** More than enough for the largest models and a few recipes over them. */
const MOST_MEASURED = 20_000

let running: AbortController | null = null

/** Measures every plan that the studio makes, by itself, now and whenever the plan changes. */
export function followGeometry(): void {
  showPlan(useStudio.getState().plan)
  useStudio.subscribe(({ plan, run }, before) => {
    if (plan !== before.plan) showPlan(plan)
    if (run.phase === before.run.phase) return
    if (run.phase === 'running') running?.abort()
    else if (before.run.phase === 'running') goOnMeasuring()
  })
}

/** After a merge: what it did not measure, which is all of it where it was stopped early. */
function goOnMeasuring(): void {
  const { plan, grams, measuring } = useGeometry.getState()
  const studio = useStudio.getState()
  if (plan !== null && studio.plan !== null && measuring.phase === 'measuring')
    void measure(plan, grams, inputsOf(studio, plan))
}

function showPlan(plan: Plan | null): void {
  const before = useGeometry.getState()
  if (plan !== null && before.plan !== null && differsInTimes(before.plan, plan)) {
    const tried = timesOf(before.plan, plan)
    // What is shown is of the same plan and Gram matrices, at the t of the frame before.
    useGeometry.setState({ tried, geometry: geometryOf(before.plan, before.grams, tried, before.geometry) })
    return
  }
  running?.abort()
  running = null
  if (plan === null) {
    useGeometry.setState({ plan, grams: [], geometry: null, tried: null, measuring: { phase: 'idle' } })
    return
  }
  const inputs = inputsOf(useStudio.getState(), plan)
  const files = inputs.map((input) => input.files)
  const carried: PlanGrams =
    before.plan === null ? plan.jobs.map(() => null) : carryGrams(before.plan, before.grams, plan)
  const grams = plan.jobs.map((job, index) => carried[index] ?? measured.get(gramKey(job, files) ?? '') ?? null)
  const labels = layoutOf(plan).labels
  useGeometry.setState({
    plan,
    grams,
    geometry: geometryOf(plan, grams),
    tried: null,
    stage: labels.includes(before.stage) ? before.stage : '',
    pointed: pointedIn(plan, before.plan, before.pointed),
  })
  void measure(plan, grams, inputs)
}

/** True where a plan was made of another by giving stages other values of t: its jobs still share what they read. */
function differsInTimes(before: Plan, after: Plan): boolean {
  return (
    before.jobs.length === after.jobs.length &&
    after.jobs.every((job, index) => {
      const old = before.jobs[index]
      return old === job || (old?.inputs === job.inputs && old.stages.length === job.stages.length)
    })
  )
}

/** By stage, as `layoutOf(before)` counts them: t of a plan that differs in times alone. */
function timesOf(before: Plan, after: Plan): Float64Array {
  const { t, stageStart } = layoutOf(before)
  const times = t.slice()
  for (const [index, job] of after.jobs.entries()) {
    if (job === before.jobs[index]) continue
    const first = stageStart[index] ?? 0
    for (const [s, { rule }] of job.stages.entries()) times[first + s] = rule.method === 'slerp' ? rule.t : Number.NaN
  }
  return times
}

/** The same tensor in the new plan; at first one in the middle of the model, of which there is most to see. */
function pointedIn(plan: Plan, before: Plan | null, pointed: number): number {
  const name = before?.jobs[pointed]?.name
  const found = plan.jobs.findIndex((job) => job.name === name)
  if (found >= 0) return found
  const depth = Math.max(0, ...plan.jobs.map(({ layer }) => layer ?? 0))
  const middle = plan.jobs.findIndex(
    (job) => job.layer === Math.floor(depth / 2) && job.shape.length > 1 && job.inputs.length > 1,
  )
  return Math.max(0, middle)
}

async function measure(plan: Plan, known: PlanGrams, inputs: GeometryInputs): Promise<void> {
  useGeometry.setState({ measuring: { phase: 'measuring' } })
  // A merge finds the exact values of what it reads anyway, and needs the browser's one thread for files to itself.
  if (useStudio.getState().run.phase === 'running') return
  const abort = new AbortController()
  running = abort
  try {
    const isKnown = (job: number): boolean => known[job] !== null
    await startGeometry(plan, inputs, (found) => takeGrams(plan, inputs, found), abort.signal, isKnown)
    if (!abort.signal.aborted) useGeometry.setState({ measuring: { phase: 'ready' } })
  } catch (cause) {
    if (!abort.signal.aborted) useGeometry.setState({ measuring: { phase: 'failed', message: wordsOf(cause) } })
  }
}

/** Shows what has been found of jobs of a plan. */
function takeGrams(plan: Plan, inputs: GeometryInputs, found: GramsByJob): void {
  const state = useGeometry.getState()
  const files = inputs.map((input) => input.files)
  if (measured.size > MOST_MEASURED) measured.clear()
  for (const [index, grams] of found) {
    const job = plan.jobs[index]
    const key = job === undefined ? null : gramKey(job, files)
    if (key !== null) measured.set(key, grams)
  }
  if (state.plan === null || (state.plan !== plan && !differsInTimes(state.plan, plan))) return
  const next = state.grams.slice()
  for (const [job, grams] of found) next[job] = grams
  useGeometry.setState({ grams: next, geometry: geometryOf(state.plan, next, state.tried ?? undefined) })
}

/** The charts are told at most this often by a merge, in milliseconds: to draw them takes time that the merge has a use for. */
const TELL_EVERY = 1000

/** Takes the exact Gram matrices that a merge of this plan finds, and keeps them for later visits. */
export function exactGramsOf(plan: Plan): (job: number, grams: JobGrams) => void {
  const inputs = inputsOf(useStudio.getState(), plan)
  let found = new Map<number, JobGrams>()
  const tell = (): void => {
    const told = found
    found = new Map()
    takeGrams(plan, inputs, told)
    void keepExactGrams(plan, inputs, told)
  }
  return (job, grams) => {
    if (found.size === 0) setTimeout(tell, TELL_EVERY)
    found.set(job, grams)
  }
}
