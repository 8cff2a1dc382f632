import { expect, test } from 'vitest'
import type { BlendProgram, Engine, InputFormat, Tile } from '../../src/engine/engine.ts'
import { knownAnswerTest } from '../../src/engine/known-answers.ts'
import { createReferenceEngine } from '../../src/engine/reference.ts'
import { firstDifference, gramDifference } from '../../src/engine/testing/agreement.ts'
import { elements } from '../../src/engine/testing/cases.ts'
import { createWebGpuEngine, deviceName } from '../../src/engine/webgpu/webgpu-engine.ts'
import type { FloatDType } from '../../src/tensor/dtype.ts'
import { type Dawn, openDawn } from './dawn.ts'

/** Devices that are programs. Elements of a tensor: BENCH_ELEMENTS, else 64 Mi, and 256 Ki for these, which one waits for. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe/i
const ROUNDS = 5
const GB = 1e9

test('gram and blend on the device that Dawn finds', async () => {
  const dawn = await openDawn()
  const { device, info } = dawn
  const name = deviceName(info)
  const isSoftware = SOFTWARE.test(`${name} ${info.architecture} ${info.description}`)
  const count = Number(process.env['BENCH_ELEMENTS'] ?? (isSoftware ? 2 ** 18 : 2 ** 26))
  const engine = createWebGpuEngine(device, info, { maxArenaBytes: 3 * 4 * count })
  expect(await knownAnswerTest(engine, createReferenceEngine()), 'the known-answer test').toBeNull()

  const copy = await copyBandwidth(device, Math.min(2 * count, device.limits.maxBufferSize))
  const rows: string[][] = []
  for (const dtype of ['BF16', 'F16', 'F32'] as const)
    for (const inputs of [2, 3]) rows.push(...(await measure(engine, dawn, dtype, inputs, count, copy)))
  console.log(`${new Date().toISOString()} · ${name} · ${count} elements a tensor, best of ${ROUNDS}`)
  console.log(`copy within the device: ${copy.toFixed(1)} GB/s, bytes read and written\n`)
  console.log(table([['kernel', 'inputs', 'kernel GB/s', 'of copy', 'with transfers GB/s'], ...rows]))
  engine.destroy()
})

/** GB/s of copies from buffer to buffer, bytes read and bytes written counted. */
async function copyBandwidth(device: GPUDevice, byteLength: number): Promise<number> {
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
  const [from, to] = [
    device.createBuffer({ size: byteLength, usage }),
    device.createBuffer({ size: byteLength, usage }),
  ]
  const copies = 10
  let best = 0
  for (let round = 0; round < ROUNDS; round++) {
    const encoder = device.createCommandEncoder()
    for (let k = 0; k < copies; k++) encoder.copyBufferToBuffer(from, 0, to, 0, byteLength)
    await device.queue.onSubmittedWorkDone()
    const start = performance.now()
    device.queue.submit([encoder.finish()])
    await device.queue.onSubmittedWorkDone()
    best = Math.max(best, (copies * 2 * byteLength) / ((performance.now() - start) / 1000) / GB)
  }
  from.destroy()
  to.destroy()
  return best
}

async function measure(
  engine: Engine,
  dawn: Dawn,
  dtype: FloatDType,
  inputCount: number,
  count: number,
  copy: number,
): Promise<string[][]> {
  const format: InputFormat = { dtype, round: null }
  const inputs = Array.from({ length: inputCount }, () => format)
  const tile: Tile = { elementCount: count, inputs: inputs.map((_, i) => elements(dtype, 'weights', count, i + 1)) }
  const program: BlendProgram = { inputs, stages: stagesOf(inputCount, dtype) }
  const width = dtype === 'F32' ? 4 : 2
  await check(engine, dtype, inputs, program)
  const loaded = engine.load(
    tile,
    inputs.map(() => dtype),
  )
  const request = { inputs, origin: null }
  const read = inputCount * count * width
  const rows = [
    [`gram ${dtype}`, read, () => engine.gram(loaded, request)],
    [`blend ${dtype}`, read + count * width, () => engine.blend(loaded, program)],
  ] as const
  const shown: string[][] = []
  for (const [kernel, bytes, run] of rows) {
    await run()
    await dawn.kernelTime()
    let [best, bestWall] = [0, 0]
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now()
      await run()
      bestWall = Math.max(bestWall, bytes / ((performance.now() - start) / 1000) / GB)
      const nanoseconds = await dawn.kernelTime()
      if (nanoseconds !== null && nanoseconds > 0) best = Math.max(best, bytes / nanoseconds)
    }
    const share = best === 0 ? '–' : `${((100 * best) / copy).toPrecision(2)} %`
    shown.push([kernel, String(inputCount), best === 0 ? '–' : best.toPrecision(3), share, bestWall.toPrecision(3)])
  }
  engine.unload(loaded)
  return shown
}

/** Two stages of slerp-like coefficients, rounded between, where there are three inputs: lzlv's shape. */
function stagesOf(inputCount: number, round: FloatDType): BlendProgram['stages'] {
  const pair = (a: number, b: number) => [
    { operand: a, coefficient: 0.713 },
    { operand: b, coefficient: 0.334 },
  ]
  if (inputCount === 2) return [{ terms: pair(0, 1), round }]
  return [
    { terms: pair(0, 1), round },
    { terms: pair(1, 2), round },
    { terms: pair(3, 4), round },
  ]
}

/** The kernels against the reference, on a part that the reference does in a moment. */
async function check(engine: Engine, dtype: FloatDType, inputs: readonly InputFormat[], program: BlendProgram) {
  const count = 100_003
  const reference = createReferenceEngine()
  const tile: Tile = { elementCount: count, inputs: inputs.map((_, i) => elements(dtype, 'weights', count, i + 9)) }
  const run = async (one: Engine) => {
    const loaded = one.load(
      tile,
      inputs.map(() => dtype),
    )
    const found = { gram: await one.gram(loaded, { inputs, origin: null }), blend: await one.blend(loaded, program) }
    one.unload(loaded)
    return found
  }
  const [found, expected] = [await run(engine), await run(reference)]
  // F32 checkpoints are outside of the promise of the same bits.
  if (dtype === 'F32') return
  expect(gramDifference(found.gram, expected.gram), `gram ${dtype}`).toBeNull()
  expect(firstDifference(found.blend, expected.blend), `blend ${dtype}`).toBeNull()
}

function table(rows: readonly string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')).join('\n')
}
