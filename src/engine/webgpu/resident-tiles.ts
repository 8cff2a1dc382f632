import type { FloatDType } from '../../tensor/dtype.ts'
import type { InputFormat, LoadedTile, Tile } from '../engine.ts'
import { checkFormats } from '../tile-shelf.ts'
import { type Arena, arenaLength, loadArena, unloadArena } from './arena.ts'
import type { Staging } from './staging.ts'
import { lacksRoom, type Workspace } from './workspace.ts'

/** A tile that the engine was given. Its bytes stay with the caller, so that it may leave the GPU and come again. */
interface Shelved {
  readonly tile: Tile
  readonly dtypes: readonly FloatDType[]
  readonly byteLength: number
  arena: Arena | null
  /** Kernels that run over it, or are about to. */
  users: number
  lastUse: number
  /** Its upload may have found no room: it has to come up anew, once no kernel runs over it. */
  isSpent: boolean
}

/**
 * The tiles of an engine, as many of them on the GPU as its budget takes. A tile goes up when it is loaded, if there is room, and otherwise
 * when a kernel runs over it; then those leave that no kernel runs over. The one used last leaves first: tensors are gone through once to
 * be measured and then once more to be blended, so that what was used longest ago comes next.
 *
 * What the kernels write, and the staging buffers, come on top of the budget.
 */
export class ResidentTiles {
  readonly #workspace: Workspace
  readonly #upload: Staging
  readonly #shelf = new Map<LoadedTile, Shelved>()
  /** Uses whose tile has to come up first, in order. */
  readonly #waiting: { readonly shelved: Shelved; readonly start: () => void }[] = []
  #budget: number
  /** Bytes of the arenas that are there; of those on their way out as well. */
  #held = 0
  #leaving = 0
  #uses = 0

  /** @param budget bytes of all tiles together; one that exceeds it is there alone */
  constructor(workspace: Workspace, upload: Staging, budget: number) {
    this.#workspace = workspace
    this.#upload = upload
    this.#budget = budget
  }

  /** @throws Error where an input has not the bytes of its elements */
  load(tile: Tile, dtypes: readonly FloatDType[]): LoadedTile {
    const byteLength = arenaLength(tile, dtypes)
    const shelved: Shelved = { tile, dtypes, byteLength, arena: null, users: 0, lastUse: 0, isSpent: false }
    const loaded: LoadedTile = { elementCount: tile.elementCount, byteLength }
    this.#shelf.set(loaded, shelved)
    if (this.#waiting.length === 0 && this.#held + byteLength <= this.#budget) this.#bring(shelved)
    return loaded
  }

  unload(loaded: LoadedTile): void {
    const shelved = this.#shelf.get(loaded)
    this.#shelf.delete(loaded)
    if (shelved !== undefined && shelved.users === 0) this.#drop(shelved)
  }

  /** The tile as it was loaded, once it is sure that `formats` describe it. */
  shelved(loaded: LoadedTile, formats: readonly InputFormat[]): Shelved {
    const shelved = this.#shelf.get(loaded)
    if (shelved === undefined) throw new Error('this tile is not loaded in this engine')
    checkFormats(shelved.dtypes, formats)
    return shelved
  }

  /**
   * Runs a kernel over a tile, once it is on the GPU. Where the GPU has less room than the budget says, fewer tiles stay there from then
   * on, and the kernel runs again.
   * @throws StudioError where there is no room even for this tile alone, or the GPU is lost
   */
  async use<T>(loaded: LoadedTile, formats: readonly InputFormat[], kernel: (arena: Arena) => Promise<T>): Promise<T> {
    const shelved = this.shelved(loaded, formats)
    for (;;) {
      const arena = await this.#pin(shelved)
      const budget = this.#budget
      try {
        return await kernel(arena)
      } catch (cause) {
        if (!lacksRoom(cause) || !this.#settleForLess(shelved, budget)) throw cause
        shelved.isSpent = shelved.arena === arena
      } finally {
        if (--shelved.users === 0 && (shelved.isSpent || !this.#shelf.has(loaded))) this.#drop(shelved)
        this.#serve()
      }
    }
  }

  async #pin(shelved: Shelved): Promise<Arena> {
    shelved.lastUse = ++this.#uses
    if (shelved.arena !== null && !shelved.isSpent) shelved.users++
    else
      await new Promise<void>((start) => {
        this.#waiting.push({ shelved, start })
        this.#serve()
      })
    return shelved.arena as unknown as Arena
  }

  /** Brings up the tiles that are waited for, as far as there is room. */
  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { shelved, start } = next
      if (shelved.isSpent) return
      if (shelved.arena === null && !this.#makeRoom(shelved.byteLength)) return
      this.#waiting.shift()
      if (shelved.arena === null) this.#bring(shelved)
      shelved.users++
      start()
    }
  }

  /** @returns whether there is room; where there is none yet, it comes with the end of an upload or of a kernel */
  #makeRoom(byteLength: number): boolean {
    let excess = this.#held - this.#leaving + byteLength - this.#budget
    const idle = [...this.#shelf.values()].filter(({ arena, users }) => arena !== null && users === 0)
    for (const shelved of idle.sort((a, b) => b.lastUse - a.lastUse)) {
      if (excess <= 0) break
      excess -= shelved.byteLength
      this.#drop(shelved)
    }
    return this.#held === 0 || this.#held + byteLength <= this.#budget
  }

  #bring(shelved: Shelved): void {
    this.#held += shelved.byteLength
    shelved.arena = loadArena(this.#workspace, this.#upload, shelved.tile, shelved.dtypes)
  }

  /** Frees a tile's room, after the part of its upload that is under way. */
  #drop(shelved: Shelved): void {
    const { arena, byteLength } = shelved
    if (arena === null) return
    shelved.arena = null
    shelved.isSpent = false
    this.#leaving += byteLength
    void unloadArena(this.#workspace, arena).then(() => {
      this.#held -= byteLength
      this.#leaving -= byteLength
      this.#serve()
    })
  }

  /**
   * @param budget when the kernel began: where it is less by now, another kernel found no room at the same time, and that was enough
   * @returns whether something else can leave that the tile, or what a kernel writes of it, found no room beside
   */
  #settleForLess(shelved: Shelved, budget: number): boolean {
    if (this.#budget < budget) return true
    if (this.#held <= shelved.byteLength) return false
    this.#budget = Math.min(this.#budget, this.#held) / 2
    return true
  }
}
