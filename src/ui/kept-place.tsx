import type { ReactNode } from 'react'

interface Props {
  readonly shown: boolean
  readonly children: ReactNode
}

/** Controls that go for a while, and whose place stays: what stands beside them does not move. Hidden, nothing reaches them. */
export function KeptPlace({ shown, children }: Props) {
  return <span className={shown ? 'kept-place' : 'kept-place absent'}>{children}</span>
}
