import { stageLines } from './edit-stages.ts'
import { formatGradient } from './gradient-edit.ts'

/** The three models of lzlv_70B, by the names a recipe uses for them. */
export interface LzlvSlots {
  readonly mythospice: string
  readonly xwin: string
  readonly hermes: string
}

/** What the slots are called on the card of lzlv_70B. */
export const LZLV_MODELS: LzlvSlots = {
  mythospice: 'Mythospice-70b',
  xwin: 'Xwin-LM-70B-V0.1',
  hermes: 'Nous-Hermes-Llama2-70b',
}

/**
 * The recipe of lzlv_70B: two SLERPs with a gradient and a SLERP of their results. In the dialect of the tool of its day, and says so;
 * components stay in float32, the result is stored in float16.
 */
export function lzlvTemplate(slots: LzlvSlots = LZLV_MODELS): string {
  const { mythospice, xwin, hermes } = slots
  const first = [0.25, 0.3, 0.5]
  const second = [0.4, 0.3, 0.25]
  const documents = [
    stageLines({ name: 'component1', base: mythospice, other: xwin, t: first, dtype: 'F32' }),
    stageLines({ name: 'component2', base: xwin, other: hermes, t: second, dtype: 'F32' }),
    [
      ...stageLines({ name: null, base: 'component1', other: 'component2', t: 0.5, dtype: 'F32' }),
      'out_dtype: float16',
    ],
  ]
  const head = [
    '# slerp-studio: dialect = mergekit-2023',
    '# lzlv_70B: three fine-tunes of one model, two SLERPs with a gradient over depth, and a SLERP of their results.',
    '# Read as mergekit read it in 2023, the tool of its day: the final norm and lm_head take the last value of a gradient',
    `# (${formatGradient(first.at(-1) ?? 0)} and ${formatGradient(second.at(-1) ?? 0)}); mergekit of today gives them the first.`,
  ]
  return `${[head, ...documents].map((lines, i) => (i > 1 ? `---\n${lines.join('\n')}` : lines.join('\n'))).join('\n')}\n`
}
