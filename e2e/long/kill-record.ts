import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { JournalStep } from '../journal-steps.ts'
import type { KillRound, KillRounds, Resumer } from '../kill-rounds.ts'

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))

/** Rounds of this and earlier runs, one a line; ignored by git. */
const ROUNDS = path('fault-rounds.jsonl')
const FIGURES = path('docs/FAULTS-FIGURES.md')
const [BEGIN, END] = ['<!-- rounds: written by npm run faults -->', '<!-- end of rounds -->']

/** `name` and `when` of the step at which the browser was killed; null at a random moment. */
export interface RecordedRound extends KillRound {
  readonly name: string | null
  readonly when: JournalStep['when'] | null
  readonly resumer: Resumer
}

/** Keeps the rounds on disk, so that a loop that was stopped goes on; rounds of another build of the app don't count. */
export class KillRecord {
  readonly #build = buildHash()
  readonly rounds: RecordedRound[]

  constructor() {
    const lines = existsSync(ROUNDS) ? readFileSync(ROUNDS, 'utf8').trim().split('\n') : []
    this.rounds = lines
      .map((line) => JSON.parse(line) as RecordedRound & { build: string })
      .filter(({ build }) => build === this.#build)
  }

  has({ name, when }: JournalStep): boolean {
    return this.rounds.some((round) => round.name === name && round.when === when)
  }

  add(round: RecordedRound): void {
    this.rounds.push(round)
    appendFileSync(ROUNDS, `${JSON.stringify({ build: this.#build, ...round })}\n`)
  }

  /** Replaces the tables of rounds in the document of figures, and leaves the rest of it. */
  writeFigures({ shards, steps }: KillRounds, machine: string, sourcesEqual: boolean): void {
    const text = readFileSync(FIGURES, 'utf8')
    const [head = '', rest = ''] = text.split(BEGIN)
    const after = rest.slice(rest.indexOf(END))
    const differed = this.rounds.filter(({ differences }) => differences.length > 0).length
    const resumers = (['same profile', 'another profile'] as const).map(
      (resumer) => `${this.rounds.filter((round) => round.resumer === resumer).length} by the ${resumer}`,
    )
    const table = `
${this.rounds.length} rounds on ${machine}: ${differed} differed. Gone on with: ${resumers.join(', ').replace('the another', 'another')}.
The merge has ${shards} shards. The sources' hashes were ${sourcesEqual ? 'equal before and after' : 'NOT EQUAL before and after'}.

| killed | rounds | merge was over before | shards there then, mean | swap files left then | rounds that differed |
|---|---|---|---|---|---|
${row('at a random moment', pick(this.rounds, null, null))}
${row('before a step', pick(this.rounds, undefined, 'before'))}
${row('after a step', pick(this.rounds, undefined, 'after'))}

| step | killed before | differed | killed after | differed |
|---|---|---|---|---|
${[...new Set(steps.map(({ name }) => name))].map((name) => this.#stepRow(name)).join('\n')}

`
    writeFileSync(FIGURES, `${head}${BEGIN}\n${table}${after}`)
  }

  #stepRow(name: string): string {
    const cells = (['before', 'after'] as const).flatMap((when) => {
      const rounds = pick(this.rounds, name, when)
      return [rounds.length, rounds.filter(({ differences }) => differences.length > 0).length]
    })
    return `| ${name} | ${cells.join(' | ')} |`
  }
}

/** @param name undefined: any step @param when null: random moments */
function pick(rounds: readonly RecordedRound[], name: string | null | undefined, when: RecordedRound['when']) {
  return rounds.filter((round) => (name === undefined || round.name === name) && round.when === when)
}

function row(label: string, rounds: readonly RecordedRound[]): string {
  const sum = (of: (round: RecordedRound) => number) => rounds.reduce((total, round) => total + of(round), 0)
  const mean = rounds.length === 0 ? '' : (sum(({ shardsThen }) => shardsThen) / rounds.length).toFixed(1)
  return `| ${label} | ${rounds.length} | ${sum(({ tooLate }) => Number(tooLate))} | ${mean} | ${sum(({ orphansThen }) => orphansThen)} | ${sum(({ differences }) => Number(differences.length > 0))} |`
}

/** Of the built app: names carry hashes of contents. */
function buildHash(): string {
  const names = readdirSync(path('dist'), { recursive: true, encoding: 'utf8' }).sort()
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16)
}
