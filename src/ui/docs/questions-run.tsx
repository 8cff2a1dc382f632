import type { Question } from './question.ts'

export const RUN_QUESTIONS: readonly Question[] = [
  {
    question: 'How much memory does a merge of 70B models need?',
    answer:
      'As much as the memory budget in Settings, whatever the models’ size: tensors that do not fit are read in tiles. Of a GPU’s memory at most about 2 GiB are used, and less where it has less.',
  },
  {
    question: 'How much disk space does it need?',
    answer:
      'The size of the result. Stages in between are never written. A browser cannot see how much room a folder has: if the disk gets full, the message says how much is missing, and what is finished stays.',
  },
  {
    question: 'The browser crashed after an hour.',
    answer:
      'Open the page again, choose the same output folder, and press Continue. Finished shards are checked by their hash and kept; only the ones that were being written are made again.',
  },
  {
    question: 'How do I know that the files are whole?',
    answer:
      'Every shard is read again after it was closed and compared with what was written, unless you turned that off. The report shows SHA-256 on request, and “Prove it” recomputes a sample of tensors in float64, the slow way.',
  },
  {
    question: 'Do I need Python, CUDA or torch?',
    answer:
      'No. A browser is all. Apple, AMD, Intel and NVIDIA GPUs are used through WebGPU; without one WebAssembly does the work.',
  },
  {
    question: 'Will an error come up after twenty minutes of work?',
    answer:
      'What can be known beforehand is said beforehand: sizes, names, shapes, formats, the recipe. What only shows up on the way, such as a full disk or a bad sector, ends the merge with a sentence and loses nothing that is finished.',
  },
  {
    question: 'Is the merged model good?',
    answer:
      'The charts cannot tell: angles and shares describe how it was made. Small models speak under Taste, with their loss on some text. Larger ones you load in the program that you use, and read what they write.',
  },
]
