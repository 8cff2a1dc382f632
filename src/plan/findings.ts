import type { Problem } from '../problem.ts'

/** Collects the findings of one plan, so that 723 tensors with the same fault make one sentence. */
export interface Findings {
  readonly problems: Problem[]
  readonly missing: Map<string, string[]>
  readonly seen: Set<string>
}

/** Adds a problem unless one of that key was found before. */
export function once(findings: Findings, key: string, make: () => Problem): void {
  if (findings.seen.has(key)) return
  findings.seen.add(key)
  findings.problems.push(make())
}
