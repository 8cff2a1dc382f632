import { useTaste } from '../../store/taste-state.ts'
import type { Taster } from '../../taste/index.ts'

interface Props {
  readonly who: Taster
  readonly name: string
  /** null for the merged model, which is a mixture of all. */
  readonly colour: number | null
}

/** What one of them says to the prompt. */
export function Said({ who, name, colour }: Props) {
  const said = useTaste((taste) => taste.said.get(who))
  const prompt = useTaste((taste) => taste.request.prompt)
  return (
    <article className="said" aria-label={name} data-colour={colour ?? undefined}>
      <h3>{name}</h3>
      <p className="said-text" aria-busy={said?.phase !== 'done'} data-phase={said?.phase}>
        <span className="said-prompt">{prompt}</span>
        {said?.text}
      </p>
    </article>
  )
}
