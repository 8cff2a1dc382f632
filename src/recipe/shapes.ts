/** For the tests of this folder only: shapes of recipes that people really have, one of each, written for this project. */

export interface Shape {
  readonly name: string
  readonly text: string
}

const HEAD = 'merge_method: slerp\nbase_model: org/a\nmodels:\n  - model: org/a\n  - model: org/b\n'

export const SHAPES: readonly Shape[] = [
  {
    name: 'slices with two sources',
    text: `slices:
  - sources:
      - model: org/a
        layer_range: [0, 4]
      - model: org/b
        layer_range: [0, 4]
merge_method: slerp
base_model: org/a
parameters:
  t:
    - filter: self_attn
      value: [0, 0.5, 0.3, 0.7, 1]
    - filter: mlp
      value: [1, 0.5, 0.7, 0.3, 0]
    - value: 0.5
dtype: bfloat16
`,
  },
  { name: 'models with the same meaning', text: `${HEAD}parameters:\n  t: [0.1, 0.9]\n` },
  {
    name: 'filters with a default, trailing comments and spaces',
    text: `${HEAD}parameters:\n  t:\n    - filter: self_attn   \n      value: [0, 1] # up\n    - filter: 'mlp '\n      value: [1, 0]\n    - value: 0.5 # fallback for the rest\ndtype: float16  \n`,
  },
  {
    name: 'the base model listed second',
    text: 'models:\n  - model: org/b\n  - model: org/a\nmerge_method: slerp\nbase_model: org/a\nparameters:\n  t: 0.3\n',
  },
  {
    name: 'the base model missing from the models, only one entry',
    text: 'models:\n  - model: org/b\nmerge_method: slerp\nbase_model: org/a\nparameters:\n  t: [0.3, 0.6]\n',
  },
  { name: 'a list of one', text: `${HEAD}parameters:\n  t: [0.4]\n` },
  {
    name: 'ten points',
    text: `${HEAD}parameters:\n  t: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]\n`,
  },
  {
    name: 'the block style of mergekit’s own dumper, keys sorted',
    text: `base_model: org/a\ndtype: bfloat16\nmerge_method: slerp\nparameters:\n  t:\n  - filter: self_attn\n    value:\n    - 0.0\n    - 0.5\n    - 1.0\n  - value: 0.5\nslices:\n- sources:\n  - layer_range:\n    - 0\n    - 4\n    model: org/a\n  - layer_range:\n    - 0\n    - 4\n    model: org/b\n`,
  },
  { name: 'a list of one entry without filter', text: `${HEAD}parameters:\n  t: [{value: 0.5}]\n` },
  { name: 'the same in lines', text: `${HEAD}parameters:\n  t:\n    - value: 0.5\n` },
  {
    name: 'several documents in any order, --- before the first',
    text: `---\nmerge_method: slerp\nbase_model: one\nmodels:\n  - model: one\n  - model: two\nparameters:\n  t: [0.5, 0.75]\n---\nname: two\n${HEAD}parameters: {t: 0.3}\n---\nname: one\n${HEAD}parameters: {t: [0.1, 0.2]}\n`,
  },
  {
    name: 'a weight list for each model, normalize, int8_mask',
    text: `models:\n  - model: org/a\n    parameters:\n      weight: [0.1, 0.9]\n  - model: org/b\n    parameters:\n      weight:\n        - filter: mlp\n          value: [0.9, 0.1]\n        - value: 0.5\nmerge_method: linear\nparameters:\n  normalize: true\n  int8_mask: true\n`,
  },
  ...['float16', 'bfloat16', 'float32'].map((dtype) => ({
    name: `dtype ${dtype} and out_dtype`,
    text: `${HEAD}parameters:\n  t: 0.5\ndtype: ${dtype}\nout_dtype: ${dtype}\n`,
  })),
  { name: 'tokenizer_source union', text: `${HEAD}parameters:\n  t: 0.5\ntokenizer_source: union\n` },
  { name: 'tokenizer_source base', text: `${HEAD}parameters:\n  t: 0.5\ntokenizer_source: base\n` },
  {
    name: 'tokenizer with source and tokens, chat_template',
    text: `${HEAD}parameters:\n  t: 0.5\ntokenizer:\n  source: union\n  tokens:\n    "<|im_start|>":\n      source: org/b\nchat_template: auto\n`,
  },
  {
    name: 'modules',
    text: `merge_method: slerp\nbase_model: org/a\nmodules:\n  text_decoder:\n    slices:\n      - sources:\n          - model: org/a\n            layer_range: [0, 4]\n          - model: org/b\n            layer_range: [0, 4]\nparameters:\n  t: 0.5\n`,
  },
  {
    name: 'models as paths',
    text: `merge_method: slerp\nbase_model: ./models/a\nmodels:\n  - model: ./models/a\n  - model: /home/me/b\nparameters:\n  t: 0.5\n`,
  },
  {
    name: 'a model with a revision',
    text: `merge_method: slerp\nbase_model: org/a@v2\nmodels:\n  - model: org/a@v2\n  - model: org/b@main\nparameters:\n  t: 0.5\n`,
  },
  {
    name: 'a model with a LoRA',
    text: `merge_method: slerp\nbase_model: org/a\nmodels:\n  - model: org/a\n  - model: org/b+org/lora\nparameters:\n  t: 0.5\n`,
  },
  {
    name: 'models in dict form',
    text: `merge_method: slerp\nbase_model:\n  model:\n    path: org/a\nmodels:\n  - model:\n      model:\n        path: org/a\n  - model: {model: {path: org/b, revision: null}, lora: null}\nparameters:\n  t: [0.2, 0.4]\n`,
  },
  {
    name: 'a Windows path',
    text: `merge_method: slerp\nbase_model: D:\\models\\a\nmodels:\n  - model: D:\\models\\a\n  - model: 'E:\\new models\\b'\nparameters:\n  t: 0.5\n`,
  },
  { name: 'a number of YAML 1.2 alone', text: `${HEAD}parameters:\n  t: 1e-9\n` },
  { name: 'a key twice', text: `${HEAD}parameters:\n  t: 0.1\n  t: 0.4\ndtype: float16\ndtype: bfloat16\n` },
  {
    name: 'old layer_slices',
    text: `layer_slices:\n  - model: org/a\n    start: 0\n    end: 3\n  - model: org/b # the upper part\n    start: 1\n    end: 4\n    scale: 0.5\n`,
  },
  {
    name: 'BlockMerge operations',
    text: `model_path1: "I:\\\\HF\\\\a\\\\"\nmodel_path2: "I:\\\\HF\\\\b\\\\"\noutput_model_path: "I:\\\\HF\\\\out\\\\"\noperations:\n  - operation: attention\n    filter: "self_attn"\n    gradient_values: [0.8, 0.2]\n  - operation: mlp\n    filter: "mlp"\n    gradient_values: [0.3, 0.7]\n`,
  },
  {
    name: 'BlockMerge gradient_values',
    text: `model_path1: org/a\nmodel_path2: org/b\noutput_model_path: out\ngradient_values: [1.0, 0.5, 0.0]\nmax_shard_size: 2000MiB\n`,
  },
  {
    name: 'an mlx list of plain names',
    text: `models:\n  - org/a\n  - org/b\nmethod: slerp\nparameters:\n  t:\n    - filter: self_attn\n      value: [0, 0.5, 0.3, 0.7, 1]\n    - filter: mlp\n      value: [1, 0.5, 0.7, 0.3, 0]\n    - value: 0.5\n`,
  },
  {
    name: 'JSON',
    text: '{"merge_method":"slerp","base_model":"org/a","models":[{"model":"org/a"},{"model":"org/b"}],"parameters":{"t":[0.1,0.9]}}',
  },
  { name: 'CRLF and a byte order mark', text: `\ufeff${HEAD}parameters:\n  t: [0.1, 0.2]\n`.replaceAll('\n', '\r\n') },
]
