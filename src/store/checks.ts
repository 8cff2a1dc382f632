import { hashFiles, proveMerge } from '../merge/client.ts'
import { type Checks, type Run, useStudio, wordsOf } from './studio.ts'

/** Tensors that "Prove it" recomputes. */
const SAMPLE = 8

export const NO_CHECKS: Checks = { done: null, hashes: null, proofs: [], message: null }

/** Hashes every file of the finished merge. */
export async function hashOutput(): Promise<void> {
  await check(async ({ handle, report }, tell) => {
    const total = report.files.reduce((sum, { byteLength }) => sum + byteLength, 0)
    let hashed = 0
    const onHashed = (bytes: number): void => {
      hashed += bytes
      tell({ done: total === 0 ? 1 : hashed / total })
    }
    const names = report.files.map(({ name }) => name)
    return { hashes: await hashFiles(handle, names, onHashed, new AbortController().signal) }
  })
}

/** Recomputes a random sample of the finished merge's tensors in float64, and compares. */
export async function proveOutput(): Promise<void> {
  await check(async ({ handle, plan, inputs }, tell) => {
    const proofs: Checks['proofs'][number][] = []
    tell({ proofs })
    const request = { plan, inputs, output: handle, count: SAMPLE }
    const onProved = (proof: Checks['proofs'][number]): void => {
      proofs.push(proof)
      tell({ proofs: [...proofs], done: proofs.length / SAMPLE })
    }
    return { proofs: await proveMerge(request, onProved, new AbortController().signal) }
  })
}

type Done = Extract<Run, { phase: 'done' }>

/** One check at a time; what it tells is dropped once another merge has begun. */
async function check(
  task: (run: Done, tell: (news: Partial<Checks>) => void) => Promise<Partial<Checks>>,
): Promise<void> {
  const { run } = useStudio.getState()
  if (run.phase !== 'done' || run.checks.done !== null) return
  const tell = (news: Partial<Checks>): void =>
    useStudio.setState(({ run: now }) =>
      now.phase === 'done' && now.report === run.report ? { run: { ...now, checks: { ...now.checks, ...news } } } : {},
    )
  tell({ done: 0, message: null })
  // Progress comes on a port of its own, and may come after the result: it must not begin the check anew.
  let over = false
  const result = await task(run, (news) => over || tell(news)).catch(
    (cause: unknown): Partial<Checks> => ({ message: wordsOf(cause) }),
  )
  over = true
  tell({ ...result, done: null })
}
