import { useEffect, useState } from 'react'
import { useStudio } from '../store/studio.ts'

/** Milliseconds without a move after which a hand rests. */
const REST = 80

/**
 * A value for what is out of view, and need not follow a hand in flight: while a gesture changes it in each frame, this stays as it was, and
 * follows as soon as the hand rests. Without a gesture it is the value itself.
 */
export function useSettled<T>(value: T): T {
  const shaping = useStudio((studio) => studio.shaping !== null)
  const [settled, settle] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(value), shaping ? REST : 0)
    return () => clearTimeout(timer)
  }, [value, shaping])
  return shaping ? settled : value
}
