import { copy } from './copy.mjs'

addEventListener('message', ({ data: { inputs, folder, settings } }) => {
  copy(inputs, folder, settings).then(
    (result) => postMessage({ result }),
    (error) => postMessage({ error: String(error) }),
  )
})
