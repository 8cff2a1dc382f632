import { fromMagnitudeBits, magnitudeBits } from '../../engine/elementwise/keep.ts'
import { type ElementProgram, type Keep, type Key, type MixRule, NO_HIGH } from '../../engine/elementwise/program.ts'
import type { MaskRule } from '../../plan/plan.ts'
import { vectorLength } from './element-tiles.ts'
import { OrderStatistics, type TileKey } from './order-statistics.ts'
import type { StagePass } from './stage-pass.ts'
import type { TileProgram } from './tile-program.ts'

/** What the element-wise methods beside those of task vectors do: each element is chosen by a test of its own. */
export async function maskProgram(rule: MaskRule, pass: StagePass): Promise<TileProgram> {
  const same = (made: ElementProgram['rule']) => constant(pass, made)
  switch (rule.method) {
    case 'nearswap':
      return same({ kind: 'near', t: rule.t })
    case 'sce':
      return same(await sceRule(rule.selectTopk, pass))
    case 'arcee_fusion':
      return fusionProgram(pass)
    case 'ram':
      return same(
        ramRule(
          rule.epsilon,
          Array.from({ length: pass.differences }, () => 1),
        ),
      )
    case 'ramplus_tl':
      return same(ramRule(rule.epsilon, await aloneFactors(rule, pass)))
  }
}

function constant({ stage }: StagePass, rule: ElementProgram['rule']): TileProgram {
  return ({ formats, first }) => ({ inputs: formats, first, rule, round: stage.round })
}

/**
 * SCE (Wan et al., FuseChat 2024): of the places whose differences vary, those with the largest variance stay; each model weighs as much as
 * the mean square of what stays of its difference, and terms against the sign of their sum are left out.
 */
async function sceRule(selectTopk: number, pass: StagePass): Promise<MixRule> {
  const key: Key = { of: 'variance' }
  let keep: Keep = 'all'
  if (selectTopk < 1) {
    const orders = await OrderStatistics.of(pass, 1, () => key, {
      shares: (zeros) => [1 - Math.abs(selectTopk) * (1 - zeros)],
      zeros: true,
      indices: true,
    })
    const count = Math.trunc(Math.abs(selectTopk) * (pass.elementCount - (await orders.zeros(0))))
    const [low] = count === 0 ? [] : await orders.bounds('largest', [pass.elementCount - count])
    keep = { low: low ?? { bits: 0xffffffff, from: 1, to: 0 }, high: NO_HIGH }
  }
  const { kept } = await pass.sum(() => ({ key, keeps: [keep], squares: true }))
  const energy = kept.reduce((sum, squares) => sum + squares, 0)
  const weights = Array.from(kept, (squares) => Math.fround(energy === 0 ? 1 / kept.length : squares / energy))
  return {
    kind: 'mix',
    key,
    keeps: [keep],
    scales: weights,
    vote: 'plain',
    factor: { by: 'weights', weights, value: 1 },
  }
}

/**
 * Arcee Fusion: the importance of an element is its difference times the divergence of its row; elements at or above the median plus 1.5
 * times the distance of the quartiles are taken from the other model. The quartiles are exact for any size.
 */
async function fusionProgram(pass: StagePass): Promise<TileProgram> {
  const rowLength = Math.max(1, vectorLength(pass.job))
  const divergences = new Float32Array(Math.ceil(pass.elementCount / rowLength))
  await pass.each(async (operands) => {
    divergences.set(await pass.divergences(operands, rowLength), operands.first / rowLength)
  })
  const key: TileKey = ({ first, elementCount }) => ({
    of: 'importance',
    rowLength,
    factors: divergences.subarray(first / rowLength, (first + elementCount) / rowLength),
  })
  const quartiles = [0.25, 0.5, 0.75]
  const orders = await OrderStatistics.of(pass, 1, key, { shares: () => quartiles, zeros: false, indices: false })
  const last = pass.elementCount - 1
  const places = quartiles.map((share) => Math.floor(share * last))
  const [[first, median, third] = []] = await orders.at([places])
  const value = (of: { bits: number } | undefined) => fromMagnitudeBits(of?.bits ?? 0)
  const spread = Math.fround(value(third) - value(first))
  const threshold = magnitudeBits(Math.fround(value(median) + Math.fround(1.5 * spread)))
  const { round } = pass.stage
  return (operands) => ({
    inputs: operands.formats,
    first: operands.first,
    rule: { kind: 'fuse', key: key(operands), threshold },
    round,
  })
}

/** Reinforced Agent Merging: differences above epsilon take part, alone as they are and else as their mean. */
function ramRule(epsilon: number, alone: readonly number[]): MixRule {
  return {
    kind: 'mix',
    key: { of: 'differences' },
    keeps: alone.map((): Keep => ({ low: { bits: magnitudeBits(epsilon), from: 1, to: 0 }, high: NO_HIGH })),
    scales: alone.map(() => 1),
    vote: 'kept',
    factor: { by: 'count', alone },
  }
}

/** What a model that is alone in an element is multiplied by: more, the more of its elements it shares with others. */
async function aloneFactors(
  rule: Extract<MaskRule, { method: 'ramplus_tl' }>,
  pass: StagePass,
): Promise<readonly number[]> {
  const totals = new Float64Array(2 * pass.differences)
  await pass.count(
    () => ({ key: { of: 'differences' }, what: { above: magnitudeBits(rule.epsilon) } }),
    (counts) => {
      for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + (counts[i] ?? 0)
    },
  )
  return Array.from({ length: pass.differences }, (_, k) => {
    const rho = (totals[2 * k] ?? 0) / Math.max(totals[2 * k + 1] ?? 0, rule.epsilon)
    return 1 + rule.r * Math.min(rule.alpha, Math.max(0, rho))
  })
}
