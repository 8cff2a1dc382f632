import type { DType } from '../tensor/dtype.ts'

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** 68976648192 → `68,976,648,192` */
export function formatCount(value: number): string {
  return count.format(value)
}

/** 68976648192 → `69.0 B`; below a thousand as it is. Parameters are counted this way. */
export function formatParameters(value: number): string {
  for (const [unit, size] of [
    ['T', 1e12],
    ['B', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (value >= size) return `${threeDigits(value / size)} ${unit}`
  return String(value)
}

/** Bytes in decimal units: 137953296384 → `138 GB`. */
export function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const)
    if (bytes >= size * 0.9995) return `${threeDigits(bytes / size)} ${unit}`
  return `${bytes} B`
}

/** What passes in less time tells how long a merge takes to begin, not how fast it is. */
const SECONDS_OF_A_RATE = 0.1

/** A rate in the unit that gives it three digits: `2.50 GB/s`, `7.24 MB/s`. Null before it means anything. */
export function formatRate(bytes: number, seconds: number): string | null {
  return bytes === 0 || seconds < SECONDS_OF_A_RATE ? null : `${formatBytes(Math.round(bytes / seconds))}/s`
}

/** Seconds for people: `4.2 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1) : Math.round(seconds)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} min ${String(Math.round(seconds) % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** A time that is only expected: two digits of seconds, or minutes. */
export function formatAbout(seconds: number): string {
  if (seconds < 100) return `about ${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60
    ? `about ${minutes} min`
    : `about ${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** Time left, without digits that nobody can know. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 10) return 'seconds left'
  if (seconds < 60) return `${Math.ceil(seconds / 10) * 10} s left`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60
    ? `${minutes} min left`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min left`
}

/** [8192, 28672] → `8192 × 28672`; a scalar has no dimensions. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' × ')
}

const NAMES: Partial<Record<DType, string>> = { F16: 'float16', BF16: 'bfloat16', F32: 'float32' }

/** A dtype in the spelling of settings and recipes: `bfloat16`. */
export function dtypeName(dtype: DType): string {
  return NAMES[dtype] ?? dtype
}

/** `1 shard`, `15 shards`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`
}

function threeDigits(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : count.format(value)
}
