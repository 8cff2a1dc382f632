import type { Checkpoint } from '../formats/checkpoint.ts'
import { removeModel } from '../store/models.ts'
import { type OpenedModel, useStudio } from '../store/studio.ts'
import { dtypeName, formatBytes, formatCount, formatParameters, plural } from './format.ts'
import { modelFacts } from './model-facts.ts'
import { ModelChip } from './model-name.tsx'

/** One opened model: what its headers say. */
export function ModelCard({ model }: { readonly model: OpenedModel }) {
  const running = useStudio((studio) => studio.run.phase === 'running')
  return (
    <li className="card" data-colour={model.colour}>
      <div className="card-head">
        <ModelChip colour={model.colour} />
        <span className="card-name" title={model.name}>
          {model.name}
        </span>
        <button
          type="button"
          className="quiet card-remove"
          aria-label={`Remove ${model.name}`}
          title="Close this model; nothing on disk is touched"
          disabled={running}
          onClick={() => void removeModel(model.id)}
        >
          <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
            <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
          </svg>
        </button>
      </div>
      {model.phase === 'opening' && <p className="hint">Reading headers …</p>}
      {model.phase === 'failed' && (
        <p className="card-failed" role={model.fresh ? 'alert' : undefined}>
          {model.message}
        </p>
      )}
      {model.phase === 'open' && <Facts checkpoint={model.checkpoint} />}
    </li>
  )
}

function Facts({ checkpoint }: { readonly checkpoint: Checkpoint }) {
  const facts = modelFacts(checkpoint)
  const shards = checkpoint.files.length
  return (
    <>
      {facts.architecture !== null && <p className="card-architecture">{facts.architecture}</p>}
      <dl className="facts">
        {facts.layers !== null && facts.hidden !== null && (
          <Fact name="Layers × hidden" value={`${facts.layers} × ${formatCount(facts.hidden)}`} />
        )}
        <Fact name="Parameters" value={formatParameters(facts.parameters)} title={formatCount(facts.parameters)} />
        <Fact name="Dtype" value={facts.dtypes.map(dtypeName).join(' + ')} />
        {facts.vocabulary !== null && <Fact name="Vocabulary" value={formatCount(facts.vocabulary)} />}
        <Fact name="Size" value={formatBytes(facts.byteLength)} title={`${formatCount(facts.byteLength)} bytes`} />
        <Fact
          name="Format"
          value={`${checkpoint.format === 'PyTorch' ? 'PyTorch .bin' : 'safetensors'}, ${plural(shards, 'shard')}`}
        />
        <Fact name="Tensors" value={formatCount(checkpoint.tensors.size)} />
        {facts.tiedHead && <Fact name="Output layer" value="tied to the embedding" />}
      </dl>
      {checkpoint.problems.length > 0 && (
        <ul className="card-problems">
          {checkpoint.problems.map((problem) => (
            <li key={problem.message} className={problem.severity}>
              {problem.message}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Fact({ name, value, title }: { readonly name: string; readonly value: string; readonly title?: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd title={title}>{value}</dd>
    </div>
  )
}
