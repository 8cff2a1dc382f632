import { hashOutput, proveOutput } from '../store/checks.ts'
import { notify, useStudio } from '../store/studio.ts'
import { formatCount } from './format.ts'
import './styles/checks.css'

/** Checks of a finished merge that are made on request. */
export function ReportChecks() {
  const checks = useStudio(({ run }) => (run.phase === 'done' ? run.checks : null))
  if (checks === null) return null
  const { done, hashes, proofs, message } = checks
  return (
    <section className="checks" aria-label="Checks">
      <div className="checks-actions">
        <button type="button" disabled={done !== null} onClick={() => void hashOutput().catch(notify)}>
          SHA-256 of the files
        </button>
        <button
          type="button"
          disabled={done !== null}
          title="Recomputes a random sample of tensors in float64, the slow way, and compares"
          onClick={() => void proveOutput().catch(notify)}
        >
          Prove it
        </button>
        {done !== null && <progress aria-label="Check progress" max={1} value={done} />}
        <span role="status">{done === null ? summary(proofs) : `${Math.floor(100 * done)} %`}</span>
      </div>
      {message !== null && (
        <p role="alert" className="checks-failed">
          {message}
        </p>
      )}
      {proofs.length > 0 && (
        <table className="small-table">
          <caption>Recomputed in float64</caption>
          <thead>
            <tr>
              <th scope="col">Tensor</th>
              <th scope="col" className="right">
                Elements
              </th>
              <th scope="col" className="right">
                Different
              </th>
              <th scope="col" className="right">
                Largest (ulp)
              </th>
            </tr>
          </thead>
          <tbody>
            {proofs.map((proof) => (
              <tr key={proof.tensor}>
                <th scope="row">{proof.tensor}</th>
                <td className="right">{formatCount(proof.elements)}</td>
                <td className="right">{formatCount(proof.different)}</td>
                <td className="right">{formatUlp(proof.largestUlp)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hashes !== null && (
        <table className="small-table">
          <caption>SHA-256</caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {[...hashes].map(([name, hash]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>
                  <code>{hash}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function summary(proofs: readonly { readonly largestUlp: number }[]): string {
  if (proofs.length === 0) return ''
  const largest = Math.max(...proofs.map(({ largestUlp }) => largestUlp))
  return `${formatCount(proofs.length)} tensors recomputed; largest difference ${formatUlp(largest)} ulp`
}

function formatUlp(ulp: number): string {
  return ulp === 0 ? '0' : Number.isFinite(ulp) ? ulp.toPrecision(2) : 'not a number'
}
