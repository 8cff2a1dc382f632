import { canPickFolders } from '../files/file-system-access.ts'
import { openDemo } from '../store/demo.ts'
import { addModel } from '../store/models.ts'
import { useStudio } from '../store/studio.ts'

/** What an empty studio shows: three steps and a place to drop folders. */
export function Welcome() {
  const demo = useStudio((studio) => studio.demo)
  return (
    <section className="welcome" aria-labelledby="welcome-title">
      <div className="welcome-drop">
        <svg viewBox="0 0 240 96" className="welcome-arc" aria-hidden="true">
          <path d="M20 84A104 104 0 0 1 220 84" fill="none" strokeWidth="1.5" className="arc-line" />
          <path d="M20 84L220 84" fill="none" strokeWidth="1" strokeDasharray="2 5" className="arc-chord" />
          <circle cx="20" cy="84" r="6" className="mark-a" />
          <circle cx="220" cy="84" r="6" className="mark-b" />
          <circle cx="76" cy="18" r="4.5" className="mark-t" />
        </svg>
        <h2 id="welcome-title">Drop model folders anywhere</h2>
        <p>
          The folders that hold <code>config.json</code> and the weights, as <code>.safetensors</code> or PyTorch{' '}
          <code>.bin</code> files. Only headers are read: a 70B model opens in about a second.
        </p>
        <div className="welcome-actions">
          {canPickFolders() && (
            <button type="button" className="primary" onClick={() => void addModel()}>
              Choose a folder…
            </button>
          )}
          <button type="button" data-guide="models" disabled={demo === 'opening'} onClick={() => void openDemo()}>
            Try the demo
          </button>
        </div>
        <p className="hint">
          The demo opens four small language models that ship with this page (13 MB), sets up the recipe of lzlv_70B,
          and lets you hear what the merged model says while you bend the gradient.
        </p>
      </div>
      <ol className="steps">
        <li>
          <h3>Open the models</h3>
          <p>Two or more checkpoints of one architecture, from your own disk.</p>
        </li>
        <li>
          <h3>Bring a recipe</h3>
          <p>
            A mergekit YAML with SLERP stages and gradients, imported unchanged. The plan of every tensor appears at
            once.
          </p>
        </li>
        <li>
          <h3>Merge</h3>
          <p>
            {canPickFolders()
              ? 'Choose an empty folder. The weights stream through this device, and a complete checkpoint lands in it.'
              : 'The weights stream through this device, and a complete checkpoint is there to be downloaded.'}
          </p>
        </li>
      </ol>
    </section>
  )
}
