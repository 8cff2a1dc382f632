import type { Step, StepInput, TensorSteps } from './tensor-steps.ts'

/** How the numbers of the file are meant, so that it can be read without the page. */
const WORDS =
  'Each tensor is made of its inputs x0, x1, … (elements rounded to "round" first; null: as stored) by its steps s0, s1, …: a step is the sum of coefficient · operand, rounded to "round" (nearest, ties to even) before the next step; F32 steps are not rounded but multiplied out. The last step is the tensor; without steps it is the bytes of x0.'

/** The steps of all tensors as JSON; its numbers read back as they are. */
export function stepsJson(tensors: readonly TensorSteps[]): string {
  return `${JSON.stringify({ meaning: WORDS, tensors }, null, 1)}\n`
}

const COLUMNS = [
  'tensor',
  'basis',
  'name',
  'kind',
  'model',
  'stored_as',
  'dtype',
  'shape',
  'stage',
  'method',
  't',
  'branch',
  'cos',
  'operands',
  'coefficients',
  'rows',
  'round',
] as const
type Line = Partial<Record<(typeof COLUMNS)[number], string | number | null>>

/** The same as a table: a line for each input and each step. */
export function stepsCsv(tensors: readonly TensorSteps[]): string {
  const lines = tensors.flatMap((tensor) => {
    const first = { tensor: tensor.name, basis: tensor.basis }
    return [
      ...tensor.inputs.map((input, i) => ({ ...first, name: `x${i}`, ...inputLine(input) })),
      ...tensor.steps.map((step, i) => ({ ...first, name: `s${i}`, ...stepLine(step) })),
    ]
  })
  const rows = lines.map((line: Line) => COLUMNS.map((column) => field(line[column] ?? '')).join(','))
  return `${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`
}

function inputLine({ model, tensor, dtype, shape, round }: StepInput): Line {
  return { kind: 'input', model, stored_as: tensor, dtype, shape: shape.join(' '), round }
}

function stepLine({ operands, coefficients, stage, ...rest }: Step): Line {
  const shown = stage === null ? '(rounding)' : stage === '' ? '(result)' : stage
  return {
    ...rest,
    kind: 'step',
    stage: shown,
    operands: operands.join(' '),
    coefficients: coefficients.map((value) => value ?? '?').join(' '),
  }
}

/** Quoted where it must be (RFC 4180). */
function field(value: string | number): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
