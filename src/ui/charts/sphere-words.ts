import { angleBetween, type Sphere } from '../../geometry/index.ts'
import { formatDrift } from './numbers.ts'

/** The sphere read out: how far the models lie apart, where the result went, and what that did to its norm. */
export function sphereWords(sphere: Sphere, models: readonly string[], drift: number): string {
  const originals = sphere.points.filter(({ kind }) => kind === 'model')
  const result = sphere.points.find(({ kind }) => kind === 'result')
  const name = (checkpoint: number | null): string => models[checkpoint ?? -1] ?? 'a model'
  const degrees = (radians: number): string => `${((radians * 180) / Math.PI).toFixed(2)}°`
  const sentences: string[] = []
  if (result?.direction.every(Number.isFinite) === true) {
    const to = originals.map(
      (model) => `${degrees(angleBetween(model.direction, result.direction))} from ${name(model.checkpoint)}`,
    )
    const norm = Number.isFinite(drift) ? `; its norm ${formatDrift(drift)} against the interpolated one` : ''
    sentences.push(`The result lies ${to.join(', ')}${norm}.`)
  }
  const apart = originals.flatMap((a, at) => originals.slice(at + 1).map((b) => angleBetween(a.direction, b.direction)))
  if (apart.length > 0) {
    const [least, most] = [Math.min(...apart), Math.max(...apart)]
    const range = apart.length === 1 ? degrees(least) : `${degrees(least)} to ${degrees(most)}`
    sentences.push(`The models lie ${range} apart${sphere.exact ? '' : ', as projected'}.`)
  }
  return sentences.join(' ')
}

/** How the picture is drawn: the magnification, and what a projection loses. */
export function sphereScale({ magnification, exact, spreadKept }: Sphere): string {
  const times = magnification < 1.005 ? 'to scale' : `angles drawn × ${magnification.toPrecision(3)}`
  return exact ? times : `${times}, projected: ${(100 * spreadKept).toFixed(0)} % of the spread kept`
}
