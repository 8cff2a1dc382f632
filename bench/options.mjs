// The command line of the benchmark.
import { parseArgs } from 'node:util'
import { METHOD_RECIPES } from './method-recipes.mjs'

const USAGE = `npm run bench -- [copy] [slerp] [lzlv] [70b] [options]

  copy, slerp, lzlv     what to measure; all three when none is named
  a method              such as ties or dare_linear: see bench/method-recipes.mjs
  methods               all of those
  70b                   lzlv at the true shapes of Llama 2 70B, from generated weights into a counting sink: no disk is used
  --layers N            70b only: layers of 80 (80)
  --part K/N            70b only: the K-th of N parts of the shards (1/1)
  --size GB             size of a checkpoint (1.055)
  --rounds N            rounds of copy limit and merges; the medians are printed (3)
  --engine NAME         wasm, webgpu or both (both)
  --webgpu-size GB      size for WebGPU on a software adapter, which is many times slower than a GPU (0.1)
  --verify WHICH        on, off or both (both)
  --every-way           copy only: also the ways of reading and writing that are not tried in every run`

/**
 * @typedef {object} Options
 * @property {string[]} cases
 * @property {number} layers
 * @property {string} part
 * @property {number} size
 * @property {number} rounds
 * @property {import('./app.mjs').Engine[]} engines
 * @property {number} webgpuSize
 * @property {boolean[]} verify
 * @property {boolean} everyWay
 */

/**
 * @param {string[]} args
 * @returns {Options | null} null after printing the usage
 */
export function readOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      size: { type: 'string', default: '1.055' },
      rounds: { type: 'string', default: '3' },
      layers: { type: 'string', default: '80' },
      part: { type: 'string', default: '1/1' },
      engine: { type: 'string', default: 'both' },
      'webgpu-size': { type: 'string', default: '0.1' },
      verify: { type: 'string', default: 'both' },
      'every-way': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return null
  }
  const methods = Object.keys(METHOD_RECIPES)
  const named = positionals.flatMap((name) =>
    name === 'methods' ? methods : [oneOf('case', name, ['copy', 'slerp', 'lzlv', '70b', ...methods])],
  )
  const engine = oneOf('--engine', values.engine, /** @type {const} */ (['wasm', 'webgpu', 'both']))
  const verify = oneOf('--verify', values.verify, /** @type {const} */ (['on', 'off', 'both']))
  return {
    cases: named.length > 0 ? named : ['copy', 'slerp', 'lzlv'],
    layers: Math.ceil(positive('--layers', values.layers)),
    part: partOf(values.part),
    size: positive('--size', values.size),
    rounds: Math.ceil(positive('--rounds', values.rounds)),
    engines: engine === 'both' ? ['WebAssembly', 'WebGPU'] : [engine === 'wasm' ? 'WebAssembly' : 'WebGPU'],
    webgpuSize: positive('--webgpu-size', values['webgpu-size']),
    verify: verify === 'both' ? [false, true] : [verify === 'on'],
    everyWay: values['every-way'],
  }
}

/**
 * @template {string} T
 * @param {string} option
 * @param {string} value
 * @param {readonly T[]} allowed
 * @returns {T}
 */
function oneOf(option, value, allowed) {
  const found = allowed.find((name) => name === value)
  if (found === undefined) throw new Error(`${option}: found "${value}", expected ${allowed.join(', ')}.\n\n${USAGE}`)
  return found
}

/** @param {string} value */
function partOf(value) {
  const [part, parts] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).slice(1).map(Number)
  if (part === undefined || parts === undefined || part < 1 || part > parts)
    throw new Error(`--part: found "${value}", expected for example 1/8.\n\n${USAGE}`)
  return value
}

/**
 * @param {string} option
 * @param {string} value
 */
function positive(option, value) {
  const number = Number(value)
  if (!(number > 0)) throw new Error(`${option}: found "${value}", expected a number above 0.\n\n${USAGE}`)
  return number
}
