import { type Problem, warning } from '../problem.ts'

/** Tokenizers of large vocabularies have some 30 MB; what is much larger is not a sidecar file. */
const MAX_SIDECAR_BYTES = 256 * 1024 * 1024

/** The files of a model beside its weights and config.json, by the names that the model libraries look for. */
const SIDECARS: readonly RegExp[] = [
  /^(tokenizer|tokenization|special_tokens_map|added_tokens|vocab|merges|normalizer|tekken)\b.*\.(json|txt|model)$/i,
  /^tokenizer_config\.json$/,
  /^chat_template\b/i,
  /^(generation|preprocessor|processor)_config\.json$/,
  /\.(model|tiktoken|spm|jinja)$/i,
  /^(LICEN[CS]E|NOTICE|USE_POLICY|ACCEPTABLE_USE|COPYING|README)/i,
  /^(configuration|modeling|tokenization)_\w+\.py$/,
]

/**
 * The files that belong to a model beside its weights: tokenizer, chat template, generation config, licence, README.
 * config.json is not among them.
 */
export function listSidecars(files: ReadonlyMap<string, Blob>): {
  readonly sidecars: ReadonlyMap<string, Blob>
  readonly problems: readonly Problem[]
} {
  const sidecars = new Map<string, Blob>()
  const problems: Problem[] = []
  for (const [name, blob] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!SIDECARS.some((pattern) => pattern.test(name))) continue
    if (blob.size <= MAX_SIDECAR_BYTES) sidecars.set(name, blob)
    else
      problems.push(
        warning(`${name}: left out, since ${blob.size} bytes are too many for a file of its kind.`, { where: name }),
      )
  }
  return { sidecars, problems }
}
