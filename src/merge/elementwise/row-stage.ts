import { ColumnProducts } from '../../engine/elementwise/rows.ts'
import { innerCoefficients } from '../../plan/inner-coefficients.ts'
import type { InnerRule, RowRule } from '../../plan/plan.ts'
import { rowElements } from '../tiles.ts'
import { vectorLength } from './element-tiles.ts'
import { type StagePass, valuesOf } from './stage-pass.ts'
import type { TileProgram } from './tile-program.ts'

/** NuSLERP and Model Stock row by row, or column by column: each vector has the coefficients that its own inner products give. */
export async function rowProgram(rule: RowRule, pass: StagePass): Promise<TileProgram> {
  const { job, stage } = pass
  const columns = rule.method === 'nuslerp-rows' && rule.along === 'columns' && job.shape.length > 1
  const along = columns ? 'columns' : 'rows'
  const length = Math.max(1, columns ? rowElements(job) : vectorLength(job))
  const vectors = columns ? length : Math.ceil(pass.elementCount / length)
  const whole: InnerRule =
    rule.method === 'model_stock-rows'
      ? { method: 'model_stock' }
      : { method: 'nuslerp', weights: rule.weights, based: rule.based }
  const based = rule.method === 'model_stock-rows' || rule.based
  const n = stage.operands.length
  const products = columns
    ? await columnProducts(pass, vectors, based)
    : await rowProducts(pass, vectors, length, based)
  const coefficients = new Float32Array(vectors * n)
  for (let vector = 0; vector < vectors; vector++) {
    const inner = products.subarray(vector * n * n, (vector + 1) * n * n)
    coefficients.set(innerCoefficients(whole, inner).coefficients, vector * n)
  }
  return ({ formats, first, elementCount }) => ({
    inputs: formats,
    first,
    rule: {
      kind: 'rows',
      along,
      length,
      coefficients: columns
        ? coefficients
        : coefficients.subarray((first / length) * n, Math.ceil((first + elementCount) / length) * n),
    },
    round: stage.round,
  })
}

async function columnProducts(pass: StagePass, columns: number, based: boolean): Promise<Float64Array> {
  const sums = new ColumnProducts(columns, pass.stage.operands.length)
  await pass.each((operands) => sums.add(valuesOf(operands), operands.first, based))
  return sums.finish()
}

async function rowProducts(pass: StagePass, rows: number, rowLength: number, based: boolean): Promise<Float64Array> {
  const n = pass.stage.operands.length
  const products = new Float64Array(rows * n * n)
  await pass.each(async (operands) => {
    products.set(await pass.products(operands, { rowLength, based }), (operands.first / rowLength) * n * n)
  })
  return products
}
