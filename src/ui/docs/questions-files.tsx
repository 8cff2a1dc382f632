import type { Question } from './question.ts'

export const FILE_QUESTIONS: readonly Question[] = [
  {
    question: 'Are PyTorch .bin files taken?',
    answer:
      'Yes: sharded or not, of old and new kinds. They are read by an interpreter with an exact list of what it knows, so that nothing in them can run. A file that holds something else is refused by that name.',
  },
  {
    question: 'The folder of my Hugging Face cache looks empty.',
    answer: (
      <>
        It is made of symbolic links, which browsers do not show to pages. Download the model into a plain folder with{' '}
        <code>hf download NAME --local-dir FOLDER</code> and open that.
      </>
    ),
  },
  {
    question: 'The models have vocabularies of different sizes.',
    answer:
      'Embedding and head are then merged in the rows that both have, as mergekit does. With “Vocabulary” in Settings, or tokenizer_source in the recipe, rows are matched by token instead, and the result has the tokens of the base, of one model, or of all. What it will have is shown beforehand.',
  },
  {
    question: 'Will the tokenizer still work?',
    answer:
      'The output has the base model’s tokenizer, or the one that the recipe chooses, cut or extended to the rows that there are. Token numbers in the configuration that have no row are taken out.',
  },
  {
    question: 'Why did a tied model grow a head elsewhere?',
    answer:
      'Because a tool wrote lm_head although the embedding stands in for it. Here a head is written only if one of the models stores one, and config.json says which it is.',
  },
  {
    question: 'Which number format does the result have?',
    answer:
      'The one the recipe says (dtype, or out_dtype for the last step), else that of the base model’s tensors; “Output dtype” in Settings overrides it. float32, float16 and bfloat16 are merged; other formats are copied where the recipe only copies them, and refused by name where it asks for arithmetic.',
  },
  {
    question: 'A tensor is missing in one of the models.',
    answer:
      'That is listed under Problems with its name, before anything is written, as is every shape that does not fit and every shard that is cut off.',
  },
]
