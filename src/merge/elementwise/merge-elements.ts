import { addGramPart, emptyGramPart } from '../../engine/index.ts'
import { linear, type StageCoefficients } from '../../plan/coefficients.ts'
import { innerCoefficients } from '../../plan/inner-coefficients.ts'
import type { Job, JobStage } from '../../plan/plan.ts'
import { isBased, isElementwise, isInner } from '../../plan/rule-kinds.ts'
import { isFloatDType } from '../../tensor/dtype.ts'
import type { NonFiniteTally } from '../non-finite-tally.ts'
import type { TensorContext } from '../tensor-context.ts'
import { GatheredTiles } from './gathered-tiles.ts'
import { maskProgram } from './mask-stage.ts'
import { rowProgram } from './row-stage.ts'
import { sparseProgram } from './sparse-stage.ts'
import { StagePass } from './stage-pass.ts'
import type { TileProgram } from './tile-program.ts'
import { WholeTiles } from './whole-tiles.ts'

const ELEMENTWISE: StageCoefficients = { branch: 'elementwise', cos: null, coefficients: [] }

/** True of jobs that this folder makes. */
export function hasElementwise(job: Job): boolean {
  return job.stages.some(({ rule }) => isElementwise(rule))
}

/**
 * Makes a tensor of which some stage decides element by element: stage after stage is prepared, each by passes over its operands (their inner
 * products; the places of a selection; sums), and then all are computed, tile by tile.
 * @param write takes the output's bytes in order, and whoever gives them back for use
 * @returns what the stages did
 */
export async function mergeElements(
  job: Job,
  write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
  nonFinite: NonFiniteTally,
  context: TensorContext,
): Promise<readonly StageCoefficients[]> {
  if (!isFloatDType(job.dtype)) throw new Error(`${job.name}: ${job.dtype} reached the engine`)
  const isGathered = job.segments.some(({ gather }) => gather !== undefined)
  const tiles = new (isGathered ? GatheredTiles : WholeTiles)(job, context, nonFinite)
  const found: StageCoefficients[] = []
  for (const [index, stage] of job.stages.entries()) {
    const pass = new StagePass(job, index, context.engine, tiles)
    const prepared = isElementwise(stage.rule) ? await elementProgram(stage, pass) : await blendOf(stage, pass, context)
    tiles.add(prepared)
    found.push(typeof prepared === 'function' ? ELEMENTWISE : prepared)
  }
  for await (const bytes of tiles.results()) await write(bytes)
  return found
}

async function elementProgram({ rule }: JobStage, pass: StagePass): Promise<TileProgram> {
  switch (rule.method) {
    case 'nearswap':
    case 'sce':
    case 'arcee_fusion':
    case 'ram':
    case 'ramplus_tl':
      return maskProgram(rule, pass)
    case 'nuslerp-rows':
    case 'model_stock-rows':
      return rowProgram(rule, pass)
    case 'ties':
    case 'dare_linear':
    case 'dare_ties':
    case 'della':
    case 'della_linear':
    case 'breadcrumbs':
    case 'breadcrumbs_ties':
      return sparseProgram(rule, pass)
    default:
      throw new Error(`${rule.method} is no element-wise method`)
  }
}

/** The coefficients of a stage that is one linear combination; its inner products are those of its operands as they are. */
async function blendOf(stage: JobStage, pass: StagePass, { engine }: TensorContext): Promise<StageCoefficients> {
  if (!isInner(stage.rule)) return linear(stage)
  const total = emptyGramPart(stage.operands.length)
  const origin = isBased(stage.rule) ? 0 : null
  await pass.each(async ({ loaded, formats }) => {
    addGramPart(total, await engine.gram(loaded, { inputs: formats, origin }))
  })
  return innerCoefficients(stage.rule, total.gram)
}
