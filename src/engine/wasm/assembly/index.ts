// The kernels of the WebAssembly engine. Memory is the engine's: it hands every address in (see ../wasm-engine.ts).
export { gramBlock } from './gram'
export { blendRun } from './blend'
export { countRun } from './count'
export { sumBlock } from './sum'
export { mapRun } from './map'
export { rankedMask } from './ranks'
export { rowDivergence, rowProducts } from './rows'
