import type { Plan } from '../plan/plan.ts'
import type { TokenGroup, VocabularySummary } from '../plan/vocabulary-summary.ts'
import { useStudio } from '../store/studio.ts'
import { formatCount, plural } from './format.ts'
import { shortName } from './model-name.tsx'
import './styles/vocabulary.css'
import { CLASS_WORDS, originInWords, ownersInWords } from './vocabulary-words.ts'

/** What tokens the merged model will have, before it is merged: class by class, with where their rows come from. */
export function VocabularyView() {
  const plan = useStudio((studio) => studio.plan)
  if (plan === null || plan.vocabulary === null)
    return (
      <p className="hint work-empty">
        The tokens of the result are listed here as soon as the recipe and its models are complete: how many, of which
        model, and where their rows come from.
      </p>
    )
  return <Summary summary={plan.vocabulary} plan={plan} />
}

function Summary({ summary, plan }: { readonly summary: VocabularySummary; readonly plan: Plan }) {
  const names = plan.checkpoints.map(({ model }) => shortName(model))
  const hasConfig = plan.files.some(({ name }) => name === 'config.json')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="report" aria-label="Vocabulary of the result" tabIndex={0}>
      <dl className="totals">
        <Entry name="Rows of the embedding" value={formatCount(summary.rows)} />
        <Entry
          name="Rows of the head"
          value={summary.headRows === null ? 'tied to the embedding' : formatCount(summary.headRows)}
        />
        <Entry name="vocab_size in config.json" value={hasConfig ? formatCount(summary.rows) : 'no config.json'} />
        <Entry name="Tokens with a row" value={summary.tokens === null ? 'not known' : formatCount(summary.tokens)} />
        <Entry name="Tokenizer files" value={filesInWords(summary, names)} />
      </dl>
      {summary.groups.length === 0 ? (
        <p className="report-reason">{withoutTokenizer(summary, names)}</p>
      ) : (
        <Groups groups={summary.groups} summary={summary} names={names} />
      )}
      <Before summary={summary} names={names} />
    </section>
  )
}

function Entry({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function filesInWords({ origin, added }: VocabularySummary, names: readonly string[]): string {
  if (origin === null) return 'none known'
  return `${names[origin] ?? ''}’s${added === 0 ? '' : `, with ${plural(added, 'token')} added`}`
}

function withoutTokenizer({ before }: VocabularySummary, names: readonly string[]): string {
  const lacking = names.filter((_, index) => before[index]?.tokens === null)
  return `No tokenizer of ${lacking.join(' and ')} is known, so that rows have numbers only: add its tokenizer.json, tokenizer.model or vocab.json to the folder to see tokens here.`
}

interface GroupsProps {
  readonly groups: readonly TokenGroup[]
  readonly summary: VocabularySummary
  readonly names: readonly string[]
}

function Groups({ groups, summary, names }: GroupsProps) {
  return (
    <table className="small-table vocabulary">
      <caption>Tokens of the merged model</caption>
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" className="right">
            Count
          </th>
          <th scope="col">Who has them</th>
          <th scope="col">Where the row comes from</th>
          <th scope="col">Examples</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={`${group.kind} ${group.from} ${group.owners.join()}`} data-from={group.from}>
            <th scope="row">{CLASS_WORDS[group.kind ?? 'none']}</th>
            <td className="right">{formatCount(group.count)}</td>
            <td>{ownersInWords(group, names)}</td>
            <td>{originInWords(group, summary, names)}</td>
            <td>
              {group.examples.map((token) => (
                <bdi key={token} className="token">
                  {token}
                </bdi>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Before({ summary, names }: { readonly summary: VocabularySummary; readonly names: readonly string[] }) {
  return (
    <table className="small-table">
      <caption>Vocabularies of the models</caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col" className="right">
            Rows
          </th>
          <th scope="col" className="right">
            Tokens
          </th>
        </tr>
      </thead>
      <tbody>
        {summary.before.map(({ rows, tokens }, index) => (
          <tr key={names[index]}>
            <th scope="row">{names[index]}</th>
            <td className="right">{formatCount(rows)}</td>
            <td className="right">{tokens === null ? 'not known' : formatCount(tokens)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
