import { bytesPerElement, type FloatDType } from '../../tensor/dtype.ts'
import type { Tile } from '../engine.ts'
import { GROUP } from '../gram-sums.ts'
import { checkTile } from '../tile-shelf.ts'
import type { Staging } from './staging.ts'
import type { Workspace } from './workspace.ts'

/** A tile on the GPU: all inputs in one buffer, each filled up with zeros to whole groups of 8 elements. */
export interface Arena {
  readonly elementCount: number
  /** The caller's bytes: wild blocks are computed from them. */
  readonly tile: Tile
  readonly dtypes: readonly FloatDType[]
  readonly buffer: GPUBuffer
  /** Of each input, in units of 16 bytes. */
  readonly offsets: readonly number[]
  readonly groupCount: number
  /** The upload. Rejects with a StudioError when there is no room, or the GPU is lost. */
  readonly ready: Promise<void>
  unloaded: boolean
}

/**
 * Bytes of a tile on the GPU.
 * @throws Error where an input has not the bytes of its elements
 */
export function arenaLength(tile: Tile, dtypes: readonly FloatDType[]): number {
  checkTile(tile, dtypes)
  return dtypes.reduce((sum, dtype) => sum + inputLength(tile, dtype), 0)
}

function inputLength({ elementCount }: Tile, dtype: FloatDType): number {
  return Math.ceil(elementCount / GROUP) * GROUP * bytesPerElement(dtype)
}

/** Makes the buffer of a tile and starts its upload. */
export function loadArena(workspace: Workspace, staging: Staging, tile: Tile, dtypes: readonly FloatDType[]): Arena {
  checkTile(tile, dtypes)
  const groupCount = Math.ceil(tile.elementCount / GROUP)
  let end = 0
  const pieces = tile.inputs.map((bytes, i) => {
    const offset = end
    end += inputLength(tile, dtypes[i] ?? 'F32')
    return { offset, bytes }
  })
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST
  const { buffer, ready } = workspace.buffer('tile', end, usage)
  const arena: Arena = {
    elementCount: tile.elementCount,
    tile,
    dtypes,
    buffer,
    offsets: pieces.map((piece) => piece.offset / 16),
    groupCount,
    ready: ready.then(() => staging.write(buffer, end, pieces, () => arena.unloaded)),
    unloaded: false,
  }
  arena.ready.catch(() => {}) // gram and blend await it too
  return arena
}

/** Frees the buffer, after the part of the upload that is under way. */
export async function unloadArena(workspace: Workspace, arena: Arena): Promise<void> {
  arena.unloaded = true
  await arena.ready.catch(() => {})
  workspace.free(arena.buffer)
}
