// The ways that are compared, by group.

const READ = { how: 'arrayBuffer', mebibytes: 16, inFlight: 4, workers: 1 }
const WRITE = {
  files: 8,
  open: 8,
  mebibytes: 16,
  inFlight: 2,
  what: 'buffer',
  gigabytes: 1.055,
  closes: 99,
  workers: 1,
}
const read = (/** @type {Partial<typeof READ>} */ settings) => ({ read: { ...READ, ...settings }, write: null })
const write = (/** @type {Partial<typeof WRITE>} */ settings) => ({ read: null, write: { ...WRITE, ...settings } })

export const GROUPS = {
  byob: {
    'worker, BYOB 64 MiB x 1': read({ how: 'byob', mebibytes: 64, inFlight: 1 }),
    'worker, BYOB 64 MiB x 2': read({ how: 'byob', mebibytes: 64, inFlight: 2 }),
    'worker, BYOB 256 MiB x 2': read({ how: 'byob', mebibytes: 256, inFlight: 2 }),
    'worker, 64 MiB x 2': read({ mebibytes: 64, inFlight: 2 }),
  },
  read: {
    'worker, 8 MiB x 4': read({ mebibytes: 8 }),
    'worker, 16 MiB x 2': read({ inFlight: 2 }),
    'worker, 16 MiB x 4': read({}),
    'worker, 32 MiB x 2': read({ mebibytes: 32, inFlight: 2 }),
    'worker, 32 MiB x 4': read({ mebibytes: 32 }),
    'worker, 64 MiB x 2': read({ mebibytes: 64, inFlight: 2 }),
    'worker, 64 MiB x 4': read({ mebibytes: 64 }),
    'worker, 128 MiB x 2': read({ mebibytes: 128, inFlight: 2 }),
    'worker, readerSync 16 MiB': read({ how: 'readerSync', inFlight: 1 }),
    '4 workers, readerSync 16 MiB': read({ how: 'readerSync', inFlight: 1, workers: 4 }),
    'worker, stream': read({ how: 'stream' }),
  },
  write: {
    'worker, 8 files, 1 MiB x 1': write({ mebibytes: 1, inFlight: 1 }),
    'worker, 8 files, 2 MiB x 1': write({ mebibytes: 2, inFlight: 1 }),
    'worker, 8 files, 4 MiB x 1': write({ mebibytes: 4, inFlight: 1 }),
    'worker, 8 files, 8 MiB x 1': write({ mebibytes: 8, inFlight: 1 }),
    'worker, 8 files, 16 MiB x 1': write({ inFlight: 1 }),
    'worker, 8 files, 16 MiB x 2': write({}),
    'worker, 8 files, 32 MiB x 1': write({ mebibytes: 32, inFlight: 1 }),
    'worker, 4 files, 16 MiB x 2': write({ files: 4, open: 4 }),
    'worker, 4 files, 32 MiB x 1': write({ files: 4, open: 4, mebibytes: 32, inFlight: 1 }),
    'worker, 16 files, 8 open': write({ files: 16, open: 8 }),
    'worker, 16 files, 4 open': write({ files: 16, open: 4 }),
    'worker, 16 files, 2 open': write({ files: 16, open: 2 }),
    'worker, 32 files, 4 open, 4 closes': write({ files: 32, open: 4, closes: 4 }),
    'worker, 32 files, 4 open, 8 closes': write({ files: 32, open: 4, closes: 8 }),
    'worker, 32 files, 4 open, 16 closes': write({ files: 32, open: 4, closes: 16 }),
    'worker, blob 8 files': write({ what: 'blob' }),
  },
}
