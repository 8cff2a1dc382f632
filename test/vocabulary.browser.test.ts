import { beforeAll } from 'vitest'
import type { Engine } from '../src/engine/engine.ts'
import { createWasmEngine } from '../src/engine/wasm/wasm-engine.ts'
import { vocabularyCases } from './support/vocabulary-cases.ts'

let wasm: Engine
beforeAll(async () => {
  wasm = await createWasmEngine()
})

vocabularyCases(() => wasm)
