import type { Workspace } from './workspace.ts'

/** The compute pipelines of an engine, each compiled once. */
export class Pipelines {
  readonly #workspace: Workspace
  readonly #made = new Map<string, Promise<GPUComputePipeline>>()

  constructor(workspace: Workspace) {
    this.#workspace = workspace
  }

  /** @param constants lines of WGSL put in front of the pages, `NAME: type` to value */
  get(
    label: string,
    pages: readonly string[],
    constants: Readonly<Record<string, string>>,
  ): Promise<GPUComputePipeline> {
    const head = Object.entries(constants).map(([name, value]) => `const ${name} = ${value};\n`)
    const code = [...head, ...pages].join('')
    let pipeline = this.#made.get(code)
    if (!pipeline) {
      pipeline = this.#workspace.run(() => compile(this.#workspace.device, label, code))
      pipeline.catch(() => {}) // whoever asked awaits it too
      this.#made.set(code, pipeline)
    }
    return pipeline
  }
}

async function compile(device: GPUDevice, label: string, code: string): Promise<GPUComputePipeline> {
  device.pushErrorScope('validation')
  const module = device.createShaderModule({ label, code })
  const scope = device.popErrorScope()
  const { messages } = await module.getCompilationInfo()
  const error = messages.find((message) => message.type === 'error')
  if (error)
    throw new Error(`${label} line ${error.lineNum}: ${error.message}\n${code.split('\n')[error.lineNum - 1] ?? ''}`)
  const invalid = await scope
  if (invalid) throw new Error(`${label}: ${invalid.message}`)
  return device.createComputePipelineAsync({ label, layout: 'auto', compute: { module, entryPoint: 'main' } })
}
