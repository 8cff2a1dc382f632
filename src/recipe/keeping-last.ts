/**
 * A pure function that keeps its last answer. A plan asks the same of one tensor's name many times in a row, and has tens of thousands of
 * names.
 */
export function keepingLast<Answer>(of: (name: string) => Answer): (name: string) => Answer {
  let lastName: string | null = null
  let lastAnswer: Answer
  return (name) => {
    if (name !== lastName) {
      lastAnswer = of(name)
      lastName = name
    }
    return lastAnswer
  }
}
