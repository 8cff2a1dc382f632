import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readZip } from '../../src/formats/zip.ts'
import { CORPUS, type CorpusEntry, type Files, filesOf, openAsThePage } from './corpus.ts'
import { storeZip } from './store-zip.ts'

/** A file that is accepted as it is, and the way from its bytes, changed or not, to an answer. */
export interface FuzzTarget {
  readonly name: string
  readonly kind: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Another content in silence is a fault: every byte is covered by a checksum, or by a second copy. */
  readonly summed: boolean
  /** Words of which a refusal must have one: the names of the files. */
  readonly names: readonly string[]
  /** What the page reads, as text: the same for the same content. @throws StudioError where it refuses */
  answer(bytes: Uint8Array<ArrayBuffer>): Promise<string>
}

/** Every file of every accepted entry of the corpus, the pickles inside its zips, and the sentencepiece models among the fixtures. */
export async function fuzzTargets(): Promise<FuzzTarget[]> {
  const accepted = CORPUS.filter(({ expect }) => expect === 'accept')
  const targets = accepted.flatMap((entry) => [...filesOf(entry).keys()].map((file) => targetOf(entry, file)))
  for (const entry of accepted.filter(({ kind }) => kind === 'torch-zip')) targets.push(await pickleInside(entry))
  return [...targets, ...['bpe.model', 'unigram.model'].map(sentencePiece)]
}

function targetOf(entry: CorpusEntry, file: string): FuzzTarget {
  const files = filesOf(entry)
  return {
    name: files.size === 1 ? entry.id : `${entry.id} ${file}`,
    kind: entry.kind,
    bytes: files.get(file) ?? new Uint8Array(0),
    summed: entry.kind === 'torch-zip' || (file.endsWith('.bin') && entry.kind === 'sharded'),
    names: wordsFor(entry, files),
    answer: (bytes) => answer(entry.kind, new Map([...files, [file, bytes]]), basename(entry.path)),
  }
}

/** A message names a file, or the models of a plan. */
function wordsFor({ kind, path }: CorpusEntry, files: Files): string[] {
  const names = [...files.keys()].flatMap((name) => [name, basename(name)])
  return kind === 'pair' ? [...names, 'model', '"a"', '"b"'] : [...names, basename(path)]
}

async function answer(kind: CorpusEntry['kind'], files: Files, folder: string): Promise<string> {
  const opened = await openAsThePage(kind, files, folder)
  if (opened === null) return 'a recipe'
  const { checkpoint, plan, sha256 } = opened
  const tensors = [...checkpoint.tensors.values()].map(({ name, dtype, shape }) => [
    name,
    dtype,
    shape,
    sha256.get(name),
  ])
  const jobs = plan?.jobs.map(({ name, dtype, shape }) => [name, dtype, shape])
  return JSON.stringify([tensors, checkpoint.vocabulary?.size, jobs])
}

/** The pickle of a zip, packed again with the right checksum: otherwise no changed pickle would reach the interpreter. */
async function pickleInside(entry: CorpusEntry): Promise<FuzzTarget> {
  const [[file, bytes] = ['', new Uint8Array(0)]] = filesOf(entry)
  const records = await readZip({ name: file, blob: new Blob([bytes]) })
  const parts = new Map(
    [...records.values()].map(({ name, offset, byteLength }) => [name, bytes.slice(offset, offset + byteLength)]),
  )
  const pickle = [...parts.keys()].find((name) => name.endsWith('/data.pkl')) ?? ''
  return {
    name: `${entry.id} data.pkl`,
    kind: 'pickle, packed again',
    bytes: parts.get(pickle) ?? new Uint8Array(0),
    summed: false,
    names: [file],
    answer: (changed) => answer('torch-zip', new Map([[file, storeZip(new Map([...parts, [pickle, changed]]))]]), file),
  }
}

function sentencePiece(name: string): FuzzTarget {
  const bytes = new Uint8Array(readFileSync(fileURLToPath(new URL(`../fixtures/tokenizers/${name}`, import.meta.url))))
  const weights = CORPUS.find(({ id }) => id === 'ok-plain') as CorpusEntry
  const [own = new Uint8Array(0)] = filesOf(weights).values()
  return {
    name,
    kind: 'sentencepiece',
    bytes,
    summed: false,
    names: ['tokenizer.model'],
    answer: (changed) =>
      answer(
        'sharded',
        new Map([
          ['model.safetensors', own],
          ['tokenizer.model', changed],
        ]),
        'sentencepiece',
      ),
  }
}
