import { hasVocabularyRows, isHead, parseLayerName } from '../../plan/anatomy.ts'
import type { Job } from '../../plan/plan.ts'

/** A place on the depth axis: a layer, or what stands before or after the layers. */
export interface DepthPlace {
  /** `embed_tokens`, `layer 12`, `norm`, `lm_head`, `other`. */
  readonly name: string
  /** Number of the layer; null before and after the layers. */
  readonly layer: number | null
  readonly jobs: readonly number[]
}

/** A tensor of a layer by what it is: `self_attn.q_proj`, of the module `self_attn`. */
export interface DepthRow {
  readonly part: string
  readonly module: string
  /** Name without the module. */
  readonly short: string
}

export interface DepthAxis {
  /** From embed_tokens through the layers to lm_head. */
  readonly places: readonly DepthPlace[]
  readonly rows: readonly DepthRow[]
  /** By job: its place, and its row; a job outside the layers has row -1. */
  readonly placeOf: Int32Array
  readonly rowOf: Int32Array
}

const axes = new WeakMap<readonly Job[], DepthAxis>()

/** The depth axis of a plan, made once. */
export function depthAxisOf(jobs: readonly Job[]): DepthAxis {
  const known = axes.get(jobs)
  if (known !== undefined) return known
  const axis = makeAxis(jobs)
  axes.set(jobs, axis)
  return axis
}

function makeAxis(jobs: readonly Job[]): DepthAxis {
  const layers = Math.max(-1, ...jobs.map(({ layer }) => layer ?? -1)) + 1
  const byLayer: number[][] = Array.from({ length: layers }, () => [])
  const outside = new Map<string, number[]>()
  const parts = new Map<string, number>()
  const rowOf = new Int32Array(jobs.length).fill(-1)
  for (const [index, { name, layer }] of jobs.entries()) {
    if (layer === null) {
      const place = outsidePlace(name)
      outside.set(place, [...(outside.get(place) ?? []), index])
      continue
    }
    byLayer[layer]?.push(index)
    const part = (parseLayerName(name)?.part ?? name).replace(/\.weight$/, '')
    if (!parts.has(part)) parts.set(part, parts.size)
  }
  const rows = [...parts.keys()].map(rowNamed).toSorted(byModule)
  const rowPlace = new Map(rows.map(({ part }, row) => [part, row]))
  for (const [index, { name, layer }] of jobs.entries())
    if (layer !== null) rowOf[index] = rowPlace.get((parseLayerName(name)?.part ?? name).replace(/\.weight$/, '')) ?? -1
  const named = (name: string): DepthPlace[] => {
    const own = outside.get(name)
    return own === undefined ? [] : [{ name, layer: null, jobs: own }]
  }
  const places = [
    ...named('other'),
    ...named('embed_tokens'),
    ...byLayer.map((own, layer): DepthPlace => {
      const ordered = own.toSorted((a, b) => (rowOf[a] ?? 0) - (rowOf[b] ?? 0))
      return { name: `layer ${layer}`, layer, jobs: ordered }
    }),
    ...named('norm'),
    ...named('lm_head'),
  ]
  const placeOf = new Int32Array(jobs.length)
  for (const [place, { jobs: own }] of places.entries()) for (const job of own) placeOf[job] = place
  return { places, rows, placeOf, rowOf }
}

function outsidePlace(name: string): string {
  if (isHead(name)) return 'lm_head'
  if (hasVocabularyRows(name)) return 'embed_tokens'
  return /(^|\.)(norm|ln_f|final_norm|final_layer_norm|final_layernorm|norm_f)\.(weight|bias)$/.test(name)
    ? 'norm'
    : 'other'
}

function rowNamed(part: string): DepthRow {
  const dot = part.indexOf('.')
  // A norm is a module of its own in the name, and one word to people.
  if (dot < 0 || /norm|ln_/.test(part.slice(0, dot))) return { part, module: 'norms', short: part }
  return { part, module: part.slice(0, dot), short: part.slice(dot + 1) }
}

/** As the data flows where the names tell: attention, then the rest, the norms last; within a module as most people list them. */
function byModule(a: DepthRow, b: DepthRow): number {
  return (
    moduleRank(a.module) - moduleRank(b.module) ||
    a.module.localeCompare(b.module) ||
    partRank(a.short) - partRank(b.short)
  )
}

function moduleRank(module: string): number {
  if (/attn|attention/.test(module)) return 0
  return module === 'norms' ? 2 : 1
}

const ORDER = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj', 'input_', 'post_']

function partRank(short: string): number {
  const rank = ORDER.findIndex((word) => short.startsWith(word))
  return rank < 0 ? ORDER.length : rank
}

/** The job that an arrow key leads to from `job`: along the depth, or to the tensor above or below in the same place. */
export function neighbour(axis: DepthAxis, job: number, key: string): number | null {
  const place = axis.placeOf[job] ?? 0
  const own = axis.places[place]
  if (own === undefined) return null
  const at = own.jobs.indexOf(job)
  if (key === 'ArrowUp') return own.jobs[at - 1] ?? null
  if (key === 'ArrowDown') return own.jobs[at + 1] ?? null
  const to = key === 'Home' ? 0 : key === 'End' ? axis.places.length - 1 : place + (key === 'ArrowLeft' ? -1 : 1)
  const next = axis.places[to]
  if (next === undefined) return null
  const row = axis.rowOf[job] ?? -1
  const same = row < 0 ? undefined : next.jobs.find((candidate) => axis.rowOf[candidate] === row)
  return same ?? next.jobs[Math.min(at, next.jobs.length - 1)] ?? null
}
