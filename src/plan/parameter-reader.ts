import { error } from '../problem.ts'
import { countsTensors, parameterDialect, tensorT } from '../recipe/dialect.ts'
import { findParameter } from '../recipe/lookup.ts'
import { parameterFacts } from '../recipe/methods.ts'
import type { Parameters } from '../recipe/recipe.ts'
import { type Findings, once } from './findings.ts'
import type { StageModel } from './stage-model.ts'
import { listPlaceOf, type TensorEntry, type TensorSources } from './tensor-sources.ts'

/** The values of a stage's parameters for one tensor; what is missing becomes a finding, and the reader is then no longer whole. */
export class ParameterReader {
  readonly #stage: StageModel
  readonly #found: TensorSources
  readonly #name: string
  readonly #findings: Findings
  readonly #levels: readonly Parameters[]
  #isWhole = true

  constructor(stage: StageModel, found: TensorSources, name: string, findings: Findings) {
    this.#stage = stage
    this.#found = found
    this.#name = name
    this.#findings = findings
    this.#levels = [found.slice.slice.parameters, stage.stage.parameters]
  }

  /** False once a value was missing or refused. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** One value for the tensor. */
  shared(parameter: string): number {
    return this.#value(this.#levels, parameter, this.#name)
  }

  flag(parameter: string): boolean {
    return this.shared(parameter) !== 0
  }

  /** The value of one model. */
  own(entry: TensorEntry, parameter: string): number {
    return this.#value([entry.source.source.parameters, ...this.#levels], parameter, entry.parameterName)
  }

  refuseSum(sum: number): null {
    this.#isWhole = false
    once(this.#findings, `${this.#stage.label}/weights`, () =>
      error(
        `The weights of the tensor ${this.#name} add up to ${sum}, and a normalised average divides by that sum: change a weight or set normalize to false.`,
        { line: this.#stage.stage.line },
      ),
    )
    return null
  }

  refuse(parameter: string, value: number, expected: string): null {
    this.#isWhole = false
    once(this.#findings, `${this.#stage.label}/${parameter}/value`, () =>
      error(`${parameter} is ${value} for the tensor ${this.#name}, expected ${expected}.`, {
        line: this.#stage.stage.line,
      }),
    )
    return null
  }

  #value(levels: readonly Parameters[], parameter: string, tensor: string): number {
    const { dialect, label, stage } = this.#stage
    const entry = findParameter(levels, parameter, tensor)
    if (entry !== null) {
      const spoken = parameterDialect(dialect, parameter)
      const list = countsTensors(spoken) ? listPlaceOf(this.#stage, entry.filter, this.#name) : undefined
      return tensorT(spoken, entry.value, this.#found.place, list)
    }
    const value = parameterFacts(stage.method, parameter)?.default ?? null
    if (value !== null) return value
    this.#isWhole = false
    once(this.#findings, `${label}/${parameter}`, () =>
      error(
        `No value of "${parameter}" in ${label === '' ? 'the recipe' : `stage "${label}"`} matches the tensor ${tensor}: add an entry without a filter as the last one.`,
        { line: stage.line },
      ),
    )
    return Number.NaN
  }
}
