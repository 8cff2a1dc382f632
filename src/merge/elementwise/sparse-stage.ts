import { limitOf, randomStream } from '../../engine/elementwise/philox.ts'
import { type Bound, type Keep, type MixRule, NO_HIGH, NO_LOW } from '../../engine/elementwise/program.ts'
import type { Job, SparseRule } from '../../plan/plan.ts'
import { vectorLength } from './element-tiles.ts'
import { OrderStatistics } from './order-statistics.ts'
import type { StagePass } from './stage-pass.ts'
import type { LoadedOperands, TileProgram } from './tile-program.ts'

/** Sums of magnitudes below this are not divided by, and weights that add up to less neither. */
const SMALLEST_MAGNITUDES = 1e-7
const SMALLEST_SUM = 1e-8

/** Nothing stays. */
const NONE: Keep = { low: { bits: 0xffffffff, from: 1, to: 0 }, high: NO_HIGH }

/** Methods in which the signs of the differences are elected. */
const ELECTS = new Set<SparseRule['method']>(['ties', 'dare_ties', 'della', 'breadcrumbs_ties'])

/** What stays of the differences in one tile. */
type TileKeeps = (operands: LoadedOperands) => readonly Keep[] | Promise<readonly Keep[]>

/**
 * Task vectors, thinned out and added: TIES (Yadav et al. 2023), DARE (Yu et al. 2024), DELLA (Deep et al. 2024), Model Breadcrumbs (Davari
 * and Belilovsky 2024), in mergekit's form: the differences from the base lose elements, may be scaled up to the magnitudes they had, and are
 * weighted; the terms of the elected sign, or all, are added, divided by the weights that took part where the recipe normalises, and
 * multiplied by lambda.
 */
export async function sparseProgram(rule: SparseRule, pass: StagePass): Promise<TileProgram> {
  const keeps = await keepsOf(rule, pass)
  const scales = await scalesOf(rule, pass, keeps)
  const elects = ELECTS.has(rule.method)
  const sum = rule.weights.reduce((a, b) => a + b, 0)
  const divisor = rule.normalize && !(Math.abs(sum) < SMALLEST_SUM) ? sum : 1
  const mix: Omit<MixRule, 'keeps'> = {
    kind: 'mix',
    key: { of: 'differences' },
    scales,
    vote: elects ? 'scaled' : 'none',
    factor:
      elects && rule.normalize
        ? { by: 'weights', weights: rule.weights, value: rule.lambda }
        : { by: 'all', value: elects ? rule.lambda : rule.lambda / divisor },
  }
  const { round } = pass.stage
  return async (operands) => ({
    inputs: operands.formats,
    first: operands.first,
    rule: { ...mix, keeps: await keeps(operands) },
    round,
  })
}

async function keepsOf(rule: SparseRule, pass: StagePass): Promise<TileKeeps> {
  const stream = randomStream(pass.job.name, rule.seed)
  switch (rule.method) {
    case 'dare_linear':
    case 'dare_ties': {
      const keeps = rule.densities.map((density, place): Keep => {
        return density >= 1 ? 'all' : { limit: limitOf(density), random: stream, place }
      })
      return () => keeps
    }
    case 'della':
    case 'della_linear': {
      const length = vectorLength(pass.job)
      const ranked = async (operands: LoadedOperands): Promise<Keep[]> => {
        const keeps: Keep[] = []
        for (const [difference, density] of rule.densities.entries()) {
          const epsilon = rule.epsilons?.[difference] ?? 0
          if (density >= 1) keeps.push('all')
          else if (density <= 0) keeps.push(NONE)
          else
            keeps.push({
              mask: await pass.rank(operands, { rowLength: length, difference, density, epsilon, random: stream }),
            })
        }
        return keeps
      }
      return keptFor(pass.job, ranked)
    }
    default: {
      const keeps = await rangesOf(rule, pass)
      return () => keeps
    }
  }
}

/** Ranks are found once for each tile of a job that is kept in memory, of which the masks are a sixteenth; else in every pass. */
function keptFor(job: Job, ranked: TileKeeps): TileKeeps {
  if (job.kind !== 'resident') return ranked
  const known = new Map<number, readonly Keep[]>()
  return async (operands) => {
    const keeps = known.get(operands.first) ?? (await ranked(operands))
    known.set(operands.first, keeps)
    return keeps
  }
}

/** ties: the largest stay. breadcrumbs: some of the largest go, and then the smallest. */
async function rangesOf(rule: SparseRule, pass: StagePass): Promise<Keep[]> {
  const n = pass.elementCount
  const places = rule.densities.map((density, k) => {
    const stay = Math.trunc(Math.max(0, density) * n)
    if (density >= 1 || stay === 0) return null
    if (rule.gammas === undefined) return { first: n - stay, last: n - 1 }
    // Where fewer are left than should stay, fewer of the largest go. (Where none of them goes, mergekit keeps nothing at all: an empty
    // slice, which cannot be what is meant.)
    const top = Math.min(Math.trunc((rule.gammas[k] ?? 0) * n), n - stay)
    return { first: n - stay - top, last: n - 1 - top }
  })
  const shares = (_: number, k: number) => {
    const { first, last } = places[k] ?? { first: 0, last: n - 1 }
    return [first, last].filter((place) => place !== 0 && place !== n - 1).map((place) => place / n)
  }
  const trimmed = places.some((place) => place !== null)
  const orders = trimmed
    ? await OrderStatistics.of(pass, pass.differences, () => ({ of: 'differences' }), {
        shares,
        zeros: false,
        indices: true,
      })
    : null
  const lows = await orders?.bounds(
    rule.gammas === undefined ? 'largest' : 'first',
    places.map((place) => (place === null || place.first === 0 ? null : place.first)),
  )
  const highs = await orders?.bounds(
    'last',
    places.map((place) => (place === null || place.last === n - 1 ? null : place.last)),
  )
  return rule.densities.map((density, k): Keep => {
    if (density >= 1) return 'all'
    if (places[k] === null) return NONE
    const [low, high]: (Bound | null | undefined)[] = [lows?.[k], highs?.[k]]
    return { low: low ?? NO_LOW, high: high ?? NO_HIGH }
  })
}

/** The weights, times what brings the magnitudes back to what they were where the recipe rescales. */
async function scalesOf(rule: SparseRule, pass: StagePass, keeps: TileKeeps): Promise<readonly number[]> {
  if (!rule.rescale || rule.densities.every((density) => density >= 1)) return rule.weights
  const { all, kept } = await pass.sum(async (operands) => ({
    key: { of: 'differences' },
    keeps: await keeps(operands),
    squares: false,
  }))
  return rule.weights.map((weight, k) => {
    const [before = 0, after = 0] = [all[k], kept[k]]
    const small = before < SMALLEST_MAGNITUDES || after < SMALLEST_MAGNITUDES
    return (rule.densities[k] ?? 1) >= 1 || small ? weight : weight * (before / after)
  })
}
