// The kernels of a small language model's forward pass. Memory is the caller's: it hands every address in (see ../kernels.ts).
export { matmul } from './matmul'
export { rmsNorm, rope, addTo } from './rows'
export { softmax, siluTimes, logSumExp } from './exponentials'
