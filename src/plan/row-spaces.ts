import type { Job, JobStage, RowSegment } from './plan.ts'

/**
 * Rows in an order of their own, of a job whose rows are arranged by token: `segments` has one for each of the job's, whose `output` are the
 * rows here, ascending, and empty ones where a segment has none of them. Rows of no segment are zeros.
 */
export interface RowSpace {
  readonly rows: number
  readonly segments: readonly RowSegment[]
}

type Rows = Pick<Job, 'segments' | 'stages'>

/** The rows of the output, in its order. */
export function outputSpace({ segments, stages }: Rows, rows: number): RowSpace {
  const inputs = inputsOf(stages, stages.length - 1)
  return { rows, segments: segments.map((segment) => pick(segment, segment.gather?.output ?? null, inputs)) }
}

/** The rows of an element-wise stage's result, in its order: what a selection over the whole tensor goes over. */
export function stageSpace({ segments, stages }: Rows, index: number): RowSpace {
  const inputs = inputsOf(stages, index)
  return {
    rows: stages[index]?.rows ?? 0,
    segments: segments.map((segment) => pick(segment, segment.gather?.own?.[index] ?? null, inputs)),
  }
}

/** The rows that all operands of a stage have, which its inner products are of: each segment of them is a space of its own. */
export function mergedSpaces({ segments, stages }: Rows, index: number): RowSpace[] {
  const inputs = inputsOf(stages, index)
  const lists = segments.map(({ gather, to }) =>
    gather?.stages[index] === 'merged' ? Int32Array.from({ length: to }, (_, place) => place) : null,
  )
  return lists.flatMap((list, at): RowSpace[] =>
    list === null
      ? []
      : [{ rows: list.length, segments: segments.map((segment, s) => pick(segment, s === at ? list : null, inputs)) }],
  )
}

/** The inputs that a stage is made of, directly or through other stages. */
export function inputsOf(stages: readonly JobStage[], index: number): ReadonlySet<number> {
  const found = new Set<number>()
  const visit = (at: number): void => {
    for (const operand of stages[at]?.operands ?? []) {
      if ('input' in operand) found.add(operand.input)
      else visit(operand.stage)
    }
  }
  visit(index)
  return found
}

/**
 * The rows of a segment that have a number, in the order of the numbers; of rows with the same one, the first.
 * @param numbers by place in the segment; null: none has
 */
function pick(segment: RowSegment, numbers: Int32Array | null, inputs: ReadonlySet<number>): RowSegment {
  const { gather } = segment
  if (gather === undefined) throw new Error('rows are arranged by token in all segments of a job, or in none')
  const order: number[] = []
  if (numbers !== null) {
    const sorted = Uint32Array.from(numbers.keys()).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b)
    let last = -1
    for (const place of sorted) {
      const number = numbers[place] ?? -1
      if (number !== last) order.push(place)
      last = number
    }
  }
  const places = Uint32Array.from(order)
  const listed = (column: Int32Array) => Int32Array.from(places, (place) => column[place] ?? -1)
  const kept = segment.inputs.flatMap((input, at) => (inputs.has(input) ? [{ input, at }] : []))
  return {
    from: 0,
    to: places.length,
    inputs: kept.map(({ input }) => input),
    gather: {
      output: numbers === null ? null : listed(numbers),
      rows: kept.map(({ at }) => listed(gather.rows[at] ?? new Int32Array(0))),
      stages: gather.stages,
      ...(gather.own === undefined
        ? {}
        : { own: gather.own.map((column) => (column === null ? null : listed(column))) }),
    },
  }
}
