import { refuseOutput } from '../files/output-folder.ts'
import { pickFolder } from '../files/pick-folder.ts'
import { useStudio, wordsOf } from './studio.ts'

/** Lets the user pick the output folder. One that is not empty, or belongs to a model, is refused with a sentence. */
export async function chooseOutput(): Promise<void> {
  useStudio.setState({ notice: null })
  try {
    const handle = await pickFolder('readwrite')
    if (handle === null) return
    const message = await refuseOutput(handle, useStudio.getState().models)
    useStudio.setState({ output: message === null ? { phase: 'ready', handle } : { phase: 'refused', message } })
    useStudio.setState(({ run }) => (run.phase === 'running' ? {} : { run: { phase: 'idle' } }))
  } catch (cause) {
    useStudio.setState({ output: { phase: 'refused', message: wordsOf(cause) } })
  }
}
