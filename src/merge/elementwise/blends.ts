import type { Engine } from '../../engine/index.ts'
import type { StageCoefficients } from '../../plan/coefficients.ts'
import type { Job, JobInput, JobSource, JobStage, Operand, RowSegment } from '../../plan/plan.ts'
import { isElementwise } from '../../plan/rule-kinds.ts'
import { bytesPerElement } from '../../tensor/dtype.ts'
import { restrict } from '../measure-operands.ts'
import { blendProgram } from '../program.ts'

/** What a blend is computed over. */
export interface BlendedTile {
  readonly elementCount: number
  /** Where rows are arranged by token: those that the tile is of. */
  readonly segment: RowSegment | null
  /** The bytes of an input, or of the result of an element-wise stage. */
  readonly bytesOf: (operand: Operand) => Promise<Uint8Array>
  /** Is told when the bytes are no longer used. */
  readonly done: (inputs: readonly Uint8Array[]) => void
}

/** The stages of a job that are no element-wise ones: blends of inputs, and of the results of element-wise stages as further inputs. */
export class Blends {
  readonly #engine: Engine
  readonly #whole: Job
  readonly #mixed: MixedJob
  readonly #coefficients: StageCoefficients[] = []

  constructor(job: Job, engine: Engine) {
    this.#engine = engine
    this.#whole = job
    this.#mixed = mixedJob(job)
  }

  /** The coefficients of the next of these stages. */
  add(stage: StageCoefficients): void {
    this.#coefficients.push(stage)
  }

  /** The bytes of a stage's result over a tile, in the stage's dtype. @param index among all of the job's stages */
  async result(
    index: number,
    { elementCount, segment, bytesOf, done }: BlendedTile,
    into?: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { job, places, operand } = this.#mixed
    const whole = blendProgram(job, this.#coefficients, places[index]?.place, segment && this.#blendsOf(segment))
    const used = [...new Set(whole.stages.flatMap(({ terms }) => terms.map((term) => term.operand)))]
      .filter((at) => at < whole.inputs.length)
      .sort((a, b) => a - b)
    if (used.length === 0)
      return new Uint8Array(elementCount * bytesPerElement(this.#whole.stages[index]?.round ?? 'F32'))
    const inputs: Uint8Array[] = []
    for (const input of used) inputs.push(await bytesOf(operand(input)))
    const program = restrict(whole, used)
    const loaded = this.#engine.load(
      { elementCount, inputs },
      program.inputs.map(({ dtype }) => dtype),
    )
    try {
      return await this.#engine.blend(loaded, program, into)
    } finally {
      this.#engine.unload(loaded)
      done(inputs)
    }
  }

  /** A segment of the job of blends alone. */
  #blendsOf(segment: RowSegment): RowSegment {
    if (segment.gather === undefined) return segment
    const stages = segment.gather.stages.filter((_, index) => this.#mixed.places[index]?.isInput === false)
    return { ...segment, gather: { ...segment.gather, stages } }
  }
}

/** A job of blends alone, in which the results of element-wise stages are inputs. */
interface MixedJob {
  readonly job: Job
  /** For each stage of the whole job: its index among the stages, or among the inputs. */
  readonly places: readonly { readonly place: number; readonly isInput: boolean }[]
  /** What an input is in the whole job. */
  readonly operand: (input: number) => Operand
}

function mixedJob(job: Job): MixedJob {
  const sources: JobSource[] = [...job.sources]
  const inputs: JobInput[] = [...job.inputs]
  const stages: JobStage[] = []
  const places: { place: number; isInput: boolean }[] = []
  const results = new Map<number, number>()
  const mapped = (operand: Operand): Operand => {
    if ('input' in operand) return operand
    const { place, isInput } = places[operand.stage] ?? { place: -1, isInput: true }
    return isInput ? { input: place } : { stage: place }
  }
  for (const [index, stage] of job.stages.entries()) {
    if (!isElementwise(stage.rule)) {
      places.push({ place: stages.push({ ...stage, operands: stage.operands.map(mapped) }) - 1, isInput: false })
      continue
    }
    const tensor = { ...(job.sources[0] as JobSource).tensor, dtype: stage.round }
    const source = sources.push({ checkpoint: -1, tensor }) - 1
    const place = inputs.push({ source, round: null }) - 1
    results.set(place, index)
    places.push({ place, isInput: true })
  }
  return {
    job: { ...job, sources, inputs, stages },
    places,
    operand: (input) => {
      const stage = results.get(input)
      return stage === undefined ? { input } : { stage }
    },
  }
}
