import { Pipelines } from './pipelines.ts'
import { Staging } from './staging.ts'
import { Workspace } from './workspace.ts'

/** Workgroups along x and y. */
export type Grid = readonly [columns: number, rows: number]

/** The smallest grid of at least `count` workgroups, numbered along x and then y; one axis holds only so many. */
export function gridOf(count: number, axisLimit = 65535): Grid {
  const rows = Math.ceil(count / axisLimit)
  return [Math.ceil(count / rows), rows]
}

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

  /** Records one run of a kernel; `buffers` are its bindings in order. */
  dispatch(
    encoder: GPUCommandEncoder,
    pipeline: GPUComputePipeline,
    buffers: readonly GPUBuffer[],
    [columns, rows]: Grid,
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
    pass.dispatchWorkgroups(columns, rows)
    pass.end()
  }
}
