import type { Plan } from '../../plan/plan.ts'
import { cardOf } from '../../plan/with-card.ts'
import { isCardOfRun } from '../../store/card.ts'
import { useStudio } from '../../store/studio.ts'
import { MarkdownView } from './markdown-view.tsx'
import './card.css'

/** The model card in the report: as it was written, and the way to write it anew. */
export function ReportCard({ plan, onCard }: { readonly plan: Plan; readonly onCard: () => void }) {
  const same = useStudio(isCardOfRun)
  const text = cardOf(plan)
  if (text === null) return null
  return (
    <details className="report-card">
      <summary>Model card (README.md)</summary>
      {same && (
        <button type="button" onClick={onCard}>
          Edit the model card
        </button>
      )}
      <div className="card-preview">
        <MarkdownView text={text} level={3} />
      </div>
    </details>
  )
}
