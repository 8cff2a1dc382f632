// Makes the checkpoints the benchmark merges: three fine-tunes of one invented base, in bf16, the same bytes each time.
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { byteLengthOf, configOf, shapeFor, tensorsOf } from './shape.mjs'

const SEED = 20231101
export const MODELS = ['bench-amber', 'bench-birch', 'bench-cedar']

const TILE_ELEMENTS = 1 << 21
const NORMALS = normals(SEED)

/** The folder for inputs and outputs; it should be on a real disk. */
export function benchFolder() {
  return process.env['SLERP_STUDIO_BENCH_DIR'] ?? join(tmpdir(), 'slerp-studio-bench')
}

/**
 * Makes the three checkpoints, unless they are there already.
 * @param {number} gigabytes size of each
 * @returns {string[]} their folders
 */
export function generate(gigabytes) {
  return generateShape(shapeFor(gigabytes))
}

/**
 * Makes the three checkpoints of a shape, unless they are there already.
 * @param {import('./shape.mjs').Shape} shape
 * @param {boolean} holes tensors are holes in the file, which read as zeros and take no room
 * @returns {string[]} their folders
 */
export function generateShape(shape, holes = false) {
  const parameters = `h${shape.hidden}-l${shape.layers}-v${shape.vocabulary}-seed${SEED}${holes ? '-holes' : ''}`
  const home = join(benchFolder(), parameters)
  return MODELS.map((name, index) => {
    const folder = join(home, name)
    if (existsSync(folder)) return folder
    console.log(`Making ${folder} …`)
    // A folder gets its name only when it is whole, so that an interrupted run leaves nothing that looks finished.
    const unfinished = `${folder}.unfinished`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true })
    writeWeights(join(unfinished, 'model.safetensors'), shape, index, holes)
    for (const [file, content] of Object.entries(sidecars(shape)))
      writeFileSync(join(unfinished, file), `${JSON.stringify(content, null, 2)}\n`)
    renameSync(unfinished, folder)
    return folder
  })
}

/**
 * @param {string} path
 * @param {import('./shape.mjs').Shape} shape
 * @param {number} index which of the fine-tunes
 * @param {boolean} holes
 */
function writeWeights(path, shape, index, holes) {
  const tensors = tensorsOf(shape)
  const file = openSync(path, 'w')
  try {
    const header = headerOf(tensors)
    writeSync(file, header)
    if (holes) return ftruncateSync(file, header.length + byteLengthOf(shape))
    const tile = new Uint16Array(TILE_ELEMENTS)
    tensors.forEach((tensor, at) => {
      const values = fineTune(tensor, at, index)
      for (let done = 0; done < tensor.elementCount; done += TILE_ELEMENTS) {
        const part = tile.subarray(0, Math.min(TILE_ELEMENTS, tensor.elementCount - done))
        values(part)
        writeSync(file, part)
      }
    })
  } finally {
    closeSync(file)
  }
}

/** @param {import('./shape.mjs').Tensor[]} tensors */
function headerOf(tensors) {
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: { format: 'pt' } }
  let begin = 0
  for (const { name, shape, elementCount } of tensors) {
    const end = begin + 2 * elementCount
    header[name] = { dtype: 'BF16', shape, data_offsets: [begin, end] }
    begin = end
  }
  const json = JSON.stringify(header)
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text])
}

/**
 * One tensor of one fine-tune: base + delta, both normal. The base's numbers are the same in all fine-tunes. A delta of 0.1 to
 * 0.3 of the base puts the fine-tunes 8 to 24 degrees apart: SLERP. Norms are near 1 and near each other: LERP, as in real models.
 * @param {import('./shape.mjs').Tensor} tensor
 * @param {number} at the tensor's place in the file
 * @param {number} index
 * @returns {(part: Uint16Array) => void} fills the next part of the tensor with bf16
 */
function fineTune(tensor, at, index) {
  const isNorm = tensor.shape.length === 1
  const centre = isNorm ? 1 : 0
  const spread = isNorm ? 0.05 : 0.02
  const delta = isNorm ? 0.01 * spread : (0.1 + 0.02 * (at % 11)) * spread
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  let base = Math.imul(SEED + at, 0x9e3779b1) | 1
  let tuned = Math.imul(SEED + 1000 * (index + 1) + at, 0x85ebca6b) | 1
  return (part) => {
    for (let i = 0; i < part.length; i++) {
      base ^= base << 13
      base ^= base >>> 17
      base ^= base << 5
      tuned ^= tuned << 13
      tuned ^= tuned >>> 17
      tuned ^= tuned << 5
      float[0] = centre + spread * NORMALS[base >>> 16] + delta * NORMALS[tuned >>> 16]
      const u = bits[0]
      part[i] = (u + 0x7fff + ((u >>> 16) & 1)) >>> 16
    }
  }
}

/**
 * @param {number} seed
 * @returns {Float32Array} 65,536 normal values: a 16-bit random number picks one, which is much faster than making one
 */
function normals(seed) {
  const table = new Float32Array(65536)
  let state = seed
  const uniform = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
  for (let i = 0; i < table.length; i++)
    table[i] = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  return table
}

/**
 * config.json and a tokenizer that is complete in form, with as many tokens as the vocabulary.
 * @param {import('./shape.mjs').Shape} shape
 * @returns {Record<string, object>}
 */
function sidecars(shape) {
  /** @type {Record<string, number>} */
  const vocab = { '<unk>': 0, '<s>': 1, '</s>': 2 }
  for (let id = 3; id < shape.vocabulary; id++) vocab[`token${id}`] = id
  const special = (/** @type {string} */ content, /** @type {number} */ id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })
  return {
    'config.json': configOf(shape),
    'generation_config.json': { bos_token_id: 1, eos_token_id: 2 },
    'special_tokens_map.json': { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' },
    'tokenizer_config.json': {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: '<s>',
      eos_token: '</s>',
      unk_token: '<unk>',
    },
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [special('<unk>', 0), special('<s>', 1), special('</s>', 2)],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', unk_token: '<unk>', vocab, merges: [] },
    },
  }
}
