type Listener = (line: number) => void

const listeners = new Set<Listener>()

/** Asks the recipe editor to go to a line, from 1. */
export function goToRecipeLine(line: number): void {
  for (const listener of listeners) listener(line)
}

/** @returns a function that ends the listening */
export function onLineWanted(listener: Listener): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
