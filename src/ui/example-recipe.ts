/**
 * The three-stage recipe of lzlv_70B. It was made with mergekit of 2023, where `norm` and `lm_head` took the last value of a
 * gradient; today's reading takes the first, so that filters say it.
 */
export const LZLV_RECIPE = `# lzlv_70B: two SLERP gradients, then one SLERP of both.
# Made with mergekit of 2023, where norm and lm_head took the
# last value of a gradient: the filters below say so.
name: component_1
merge_method: slerp
base_model: Doctor-Shotgun/mythospice-70b
models:
  - model: Doctor-Shotgun/mythospice-70b
  - model: Xwin-LM/Xwin-LM-70B-V0.1
parameters:
  t:
    - filter: lm_head
      value: 0.5
    - filter: model.norm
      value: 0.5
    - value: [0.25, 0.3, 0.5]
dtype: float16
---
name: component_2
merge_method: slerp
base_model: Xwin-LM/Xwin-LM-70B-V0.1
models:
  - model: Xwin-LM/Xwin-LM-70B-V0.1
  - model: NousResearch/Nous-Hermes-Llama2-70b
parameters:
  t:
    - filter: lm_head
      value: 0.25
    - filter: model.norm
      value: 0.25
    - value: [0.4, 0.3, 0.25]
dtype: float16
---
merge_method: slerp
base_model: component_1
models:
  - model: component_1
  - model: component_2
parameters:
  t: 0.5
dtype: float16
`

/** A first recipe for models that are open: one SLERP of the first two, with a gradient to change by hand. */
export function slerpRecipe(base: string, other: string): string {
  return `merge_method: slerp
base_model: ${quoted(base)}
models:
  - model: ${quoted(base)}
  - model: ${quoted(other)}
parameters:
  t: [0.3, 0.5, 0.7]   # 0 is the base, 1 the other
dtype: bfloat16
`
}

/** A folder's name as YAML text: quoted unless it is plainly a word. */
function quoted(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) ? name : JSON.stringify(name)
}
