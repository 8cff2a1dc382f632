import { useTaste } from '../../store/taste-state.ts'
import { TermHelp } from '../terms/term-help.tsx'

/** How badly the merged model foresees text of each voice, as bars; the models it is made of as marks on the same scale. */
export function LossBars() {
  const voices = useTaste((taste) => taste.voices)
  const losses = useTaste((taste) => taste.losses)
  const models = useTaste((taste) => taste.models)
  const all = [...losses.values()].flat().filter(Number.isFinite)
  const most = Math.max(1e-9, ...all)
  const merged = losses.get('merged') ?? []
  return (
    <table className="losses">
      <caption>
        Loss on text that no model has read, nats a token: a shorter bar is a merged model that foresees it better.
        Marks are the inputs. <TermHelp term="loss" question="What is loss?" />
      </caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Voice</th>
          <th scope="col">Merged</th>
          {models.map(({ name }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a model's place is what it is known by, and two may share a name
            <th scope="col" key={place}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {voices.map((voice, index) => (
          <tr key={voice.name}>
            <th scope="row">{voice.name}</th>
            <td className="loss">
              <span className="loss-track" aria-hidden="true">
                <span className="loss-bar" style={{ transform: `scaleX(${(merged[index] ?? 0) / most})` }} />
                {models.map(({ colour }, place) => {
                  const loss = losses.get(place)?.[index]
                  if (loss === undefined) return null
                  const style = { left: `${(100 * loss) / most}%` }
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  return <span key={place} className="loss-mark" data-colour={colour} style={style} />
                })}
              </span>
              <span className="loss-number">{inNats(merged[index])}</span>
            </td>
            {models.map(({ name }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <td key={place} className="visually-hidden" aria-label={name}>
                {inNats(losses.get(place)?.[index])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function inNats(loss: number | undefined): string {
  if (loss === undefined) return '…'
  return Number.isFinite(loss) ? loss.toFixed(3) : 'not a number'
}
