import type { RowSegment, StageRows } from './plan.ts'

/** What happens in some rows of a job, stage by stage; stages that are not listed have no such rows. */
interface RowClass {
  readonly stages: ReadonlyMap<number, StageRows>
  /** No input reaches into these rows: they are zeros. */
  readonly isEmpty: boolean
}

/**
 * The rows of one operand or stage of a job: `count` rows that the next stage may take, then rows that only count in Gram matrices.
 * Columns run over all of them.
 */
export interface RowTable {
  readonly count: number
  readonly classes: readonly RowClass[]
  readonly classOf: Int32Array
  /** For each input of the job: the row of its tensor, -1 where it takes no part. */
  readonly leaves: ReadonlyMap<number, Int32Array>
  /** The same for each element-wise stage: the row of its result. */
  readonly own: ReadonlyMap<number, Int32Array>
}

/** A stage's row: the row of each operand that is used, -1 where there is none, and what stands in for it. */
export interface RowReference {
  readonly rows: readonly number[]
  readonly shares: StageRows
}

export function leafTable(input: number, rows: number): RowTable {
  return {
    count: rows,
    classes: [{ stages: new Map(), isEmpty: false }],
    classOf: new Int32Array(rows),
    leaves: new Map([[input, Int32Array.from({ length: rows }, (_, row) => row)]]),
    own: new Map(),
  }
}

/** A stage that takes its one operand's rows as they are, such as a rounding. */
export function sameRows(table: RowTable, stage: number): RowTable {
  const classes = table.classes.map(({ stages, isEmpty }): RowClass => {
    return { isEmpty, stages: isEmpty ? stages : new Map([...stages, [stage, 'merged'] as const]) }
  })
  return { ...table, classes }
}

/**
 * The rows of a stage over its operands.
 * @param keepUnused whether rows that the stage does not take still count in what earlier stages measure
 * @param isNumbered whether the stage's own rows are told apart later on
 */
export function joinRows(
  stage: number,
  operands: readonly RowTable[],
  rows: number,
  reference: (row: number) => RowReference,
  keepUnused: boolean,
  isNumbered: boolean,
): RowTable {
  const builder = new TableBuilder(stage, operands)
  const used = operands.map(({ classOf }) => new Uint8Array(classOf.length))
  for (let row = 0; row < rows; row++) {
    const { rows: from, shares } = reference(row)
    builder.add(from, shares)
    for (const [k, at] of from.entries()) if (at >= 0) (used[k] as Uint8Array)[at] = 1
  }
  if (keepUnused) {
    for (const [k, { classes, classOf }] of operands.entries()) {
      for (const [at, index] of classOf.entries()) {
        if (used[k]?.[at] === 1 || (classes[index]?.stages.size ?? 0) === 0) continue
        builder.add(
          operands.map((_, other) => (other === k ? at : -1)),
          'absent',
        )
      }
    }
  }
  return builder.table(rows, isNumbered)
}

class TableBuilder {
  readonly #stage: number
  readonly #operands: readonly RowTable[]
  readonly #classes: RowClass[] = []
  readonly #byKey = new Map<string, number>()
  readonly #classOf: number[] = []
  readonly #from: number[][]

  constructor(stage: number, operands: readonly RowTable[]) {
    this.#stage = stage
    this.#operands = operands
    this.#from = operands.map(() => [])
  }

  add(from: readonly number[], shares: StageRows): void {
    let key = typeof shares === 'string' ? shares : shares.join('/')
    for (const [k, at] of from.entries()) {
      this.#from[k]?.push(at)
      key += at < 0 ? ',-' : `,${this.#operands[k]?.classOf[at]}`
    }
    let index = this.#byKey.get(key)
    if (index === undefined) {
      index = this.#classes.push(this.#classFor(from, shares)) - 1
      this.#byKey.set(key, index)
    }
    this.#classOf.push(index)
  }

  #classFor(from: readonly number[], shares: StageRows): RowClass {
    const stages = new Map<number, StageRows>()
    let isEmpty = true
    for (const [k, at] of from.entries()) {
      const table = this.#operands[k]
      const own = at < 0 ? undefined : table?.classes[table.classOf[at] ?? 0]
      if (own === undefined || own.isEmpty) continue
      isEmpty = false
      for (const [stage, what] of own.stages) stages.set(stage, what)
    }
    if (!isEmpty && shares !== 'absent') stages.set(this.#stage, shares)
    return { stages, isEmpty }
  }

  table(count: number, isNumbered: boolean): RowTable {
    const classOf = Int32Array.from(this.#classOf)
    const own = this.#columns(({ own }) => own)
    if (isNumbered)
      own.set(
        this.#stage,
        classOf.map((_, row) => (row < count ? row : -1)),
      )
    return { count, classes: this.#classes, classOf, leaves: this.#columns(({ leaves }) => leaves), own }
  }

  /** The columns of all operands, in the order of the rows here. */
  #columns(of: (table: RowTable) => ReadonlyMap<number, Int32Array>): Map<number, Int32Array> {
    const columns = new Map<number, Int32Array>()
    for (const [k, table] of this.#operands.entries()) {
      const from = this.#from[k] as number[]
      for (const [index, column] of of(table)) {
        columns.set(
          index,
          Int32Array.from(from, (at) => (at < 0 ? -1 : (column[at] ?? -1))),
        )
      }
    }
    return columns
  }
}

/**
 * The segments of a job whose output has these rows: one for each class, in the order of their first row.
 * @param stages number of the job's stages
 */
export function gatheredSegments(table: RowTable, stages: number): RowSegment[] {
  const groups = new Map<string, number[]>()
  for (const [row, index] of table.classOf.entries()) {
    if (table.classes[index]?.isEmpty === true) continue
    const key = `${index}/${row < table.count}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups.values()].map((rows): RowSegment => {
    const first = rows[0] as number
    const found = table.classes[table.classOf[first] ?? 0] as RowClass
    const present = [...table.leaves].filter(([, column]) => (column[first] ?? -1) >= 0).sort(([a], [b]) => a - b)
    const listed = (column: Int32Array) => Int32Array.from(rows, (row) => column[row] ?? -1)
    const own = Array.from({ length: stages }, (_, stage) => {
      const column = table.own.get(stage)
      return column === undefined || (column[first] ?? -1) < 0 ? null : listed(column)
    })
    return {
      from: 0,
      to: rows.length,
      inputs: present.map(([input]) => input),
      gather: {
        output: first < table.count ? Int32Array.from(rows) : null,
        rows: present.map(([, column]) => listed(column)),
        stages: Array.from({ length: stages }, (_, stage) => found.stages.get(stage) ?? 'absent'),
        ...(table.own.size > 0 ? { own } : {}),
      },
    }
  })
}
