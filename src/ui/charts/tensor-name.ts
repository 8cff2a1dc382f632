/** What tells a tensor apart: `model.layers.12.mlp.up_proj.weight` → `layers.12.mlp.up_proj`. */
export function shortTensorName(name: string): string {
  return name.replace(/^model\./, '').replace(/\.weight$/, '')
}
