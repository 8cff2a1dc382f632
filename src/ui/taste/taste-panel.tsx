import { useEffect } from 'react'
import { followTaste } from '../../store/taste.ts'
import { useTaste } from '../../store/taste-state.ts'
import { LossBars } from './loss-bars.tsx'
import { Prompt } from './prompt.tsx'
import { Said } from './said.tsx'
import './taste.css'

/** What the models and their merge say to a prompt, and how well each foresees some text. Its own script, loaded when it is shown. */
export default function TastePanel() {
  useEffect(followTaste, [])
  const reason = useTaste((taste) => taste.reason)
  const models = useTaste((taste) => taste.models)
  if (reason !== null) return <p className="hint work-empty">{reason}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="taste" aria-label="Taste" tabIndex={0}>
      <Prompt />
      <div className="taste-merged">
        <Said who="merged" name="Merged" colour={null} />
        <LossBars />
      </div>
      <div className="taste-inputs">
        {models.map(({ name, colour }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a model's place is what it is known by, and two may share a name
          <Said key={place} who={place} name={name} colour={colour} />
        ))}
      </div>
      <p className="hint">
        Merged in memory by the engine that writes to disk; nothing is saved. The same seed and gradient always give the
        same text.
      </p>
    </section>
  )
}
