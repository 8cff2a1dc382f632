// The copy limit of one set of inputs: rounds over the ways; the limit is the best way's median.
import { inSeconds, load, median, rate } from '../table.mjs'
import { measureCopyLimit, nameOf } from './measure.mjs'

/** After the first round only the ways that come near the best are tried again. */
const NEAR = 1.5

export class CopyLimit {
  /**
   * @param {import('../browser.mjs').BenchBrowser} browser
   * @param {string[]} models
   * @param {import('./measure.mjs').Way[]} ways
   */
  constructor(browser, models, ways) {
    this.browser = browser
    this.models = models
    this.ways = ways
    /** @type {Map<string, import('./measure.mjs').Copy[]>} */
    this.copies = new Map(ways.map((way) => [nameOf(way), []]))
  }

  async round() {
    await measureCopyLimit(this.browser, this.models, this.ways, (copy) => {
      this.copies.get(copy.way)?.push(copy)
      console.log(
        `  copy, ${copy.way}: ${inSeconds(copy.seconds)} s, ${rate(copy.bytes, copy.seconds)} GB/s  [${load()}]`,
      )
    })
    const near = NEAR * this.seconds()
    this.ways = this.ways.filter((way) => this.secondsOf(nameOf(way)) <= near)
  }

  /** @param {string} way */
  secondsOf(way) {
    return median((this.copies.get(way) ?? []).map((copy) => copy.seconds))
  }

  /** Median of the best way. */
  seconds() {
    return Math.min(...[...this.copies.keys()].map((way) => this.secondsOf(way)))
  }

  /** @returns {string[][]} */
  rows() {
    return [...this.copies].map(([way, copies]) => {
      const seconds = this.secondsOf(way)
      return [way, inSeconds(seconds), rate(copies[0]?.bytes ?? 0, seconds)]
    })
  }
}
