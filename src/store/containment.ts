import { readContainment } from '../merge/containment.ts'
import { useStudio } from './studio.ts'

/** Finds out, once, whether this host sends the containment headers: the page says what its promise rests on. */
export async function findContainment(): Promise<void> {
  useStudio.setState({ containment: await readContainment() })
}
