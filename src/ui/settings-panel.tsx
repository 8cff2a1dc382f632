import { useId, useState } from 'react'
import type { EngineChoice } from '../merge/client.ts'
import { parseByteSize } from '../store/byte-size.ts'
import { automaticMemoryBudget } from '../store/planning.ts'
import { setSettings } from '../store/settings.ts'
import { useStudio } from '../store/studio.ts'
import type { FloatDType } from '../tensor/dtype.ts'
import { MERGING_NOTE } from './running-note.tsx'
import { SourceCheckButton } from './source-check.tsx'
import { VocabularySettings } from './vocabulary-settings.tsx'

/** What the output looks like, and what computes it. */
export function SettingsPanel() {
  const settings = useStudio((studio) => studio.settings)
  const running = useStudio((studio) => studio.run.phase === 'running')
  const planned = useStudio((studio) => studio.plan !== null && studio.output.phase !== 'unfinished')
  // A low page keeps them shut: the problems above them come first.
  const [open] = useState(() => matchMedia('(min-height: 1000px)').matches)
  const id = useId()
  const budget = automaticMemoryBudget() / 2 ** 30
  return (
    <details className="panel settings" open={open}>
      <summary className="panel-head">
        <h2>Settings</h2>
      </summary>
      <fieldset className="settings-fields" disabled={running} aria-describedby={running ? MERGING_NOTE : undefined}>
        <legend className="visually-hidden">Settings of the merge</legend>
        <label htmlFor={`${id}dtype`}>Output dtype</label>
        <select
          id={`${id}dtype`}
          value={settings.dtype ?? ''}
          onChange={(event) =>
            setSettings({ dtype: event.target.value === '' ? null : (event.target.value as FloatDType) })
          }
        >
          <option value="">As the recipe says</option>
          <option value="F16">float16</option>
          <option value="BF16">bfloat16</option>
          <option value="F32">float32</option>
        </select>
        <label htmlFor={`${id}shard`}>Shard size</label>
        <input
          id={`${id}shard`}
          type="text"
          placeholder="automatic"
          title="5GB, 500MB, or empty for automatic"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={settings.shardSize.trim() !== '' && parseByteSize(settings.shardSize) === null}
          value={settings.shardSize}
          onChange={(event) => setSettings({ shardSize: event.target.value })}
        />
        <label htmlFor={`${id}engine`}>Engine</label>
        <select
          id={`${id}engine`}
          value={settings.engine}
          onChange={(event) => setSettings({ engine: event.target.value as EngineChoice })}
        >
          <option value="automatic">Automatic</option>
          <option value="webgpu">WebGPU</option>
          <option value="wasm">WebAssembly</option>
        </select>
        <label htmlFor={`${id}memory`}>Memory budget</label>
        <input
          id={`${id}memory`}
          type="text"
          placeholder={`automatic, ${budget} GiB`}
          title="2GiB, 800MB, or empty for automatic"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={settings.memoryBudget.trim() !== '' && parseByteSize(settings.memoryBudget) === null}
          value={settings.memoryBudget}
          onChange={(event) => setSettings({ memoryBudget: event.target.value })}
        />
        <label htmlFor={`${id}verify`}>Verify</label>
        <span className="check">
          <input
            id={`${id}verify`}
            type="checkbox"
            checked={settings.verify}
            onChange={(event) => setSettings({ verify: event.target.checked })}
            aria-describedby={`${id}verify-hint`}
          />
          <span id={`${id}verify-hint`}>Read shards again</span>
        </span>
        <VocabularySettings />
      </fieldset>
      {planned && !running && <SourceCheckButton />}
    </details>
  )
}
