import { Pipelines } from './pipelines.ts'
import { Staging } from './staging.ts'
import { Workspace } from './workspace.ts'

/** What the kernels run on: one device with its memory, pipelines and transfers. */
export class Gpu {
  readonly workspace: Workspace
  readonly pipelines: Pipelines
  readonly upload: Staging
  readonly readback: Staging

  constructor(device: GPUDevice) {
    this.workspace = new Workspace(device)
    this.pipelines = new Pipelines(this.workspace)
    this.upload = new Staging(this.workspace, 'upload')
    this.readback = new Staging(this.workspace, 'readback')
  }

  dispatch(
    encoder: GPUCommandEncoder,
    pipeline: GPUComputePipeline,
    buffers: readonly GPUBuffer[],
    workgroups: readonly [x: number, y: number],
  ): void {
    const { label } = pipeline
    const bindGroup = this.workspace.device.createBindGroup({
      label,
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    })
    const pass = encoder.beginComputePass({ label })
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, bindGroup)
    pass.dispatchWorkgroups(...workgroups)
    pass.end()
  }
}
