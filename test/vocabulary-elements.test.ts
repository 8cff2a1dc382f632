import { createReferenceEngine } from '../src/engine/reference.ts'
import { vocabularyElementCases } from './support/vocabulary-element-cases.ts'

vocabularyElementCases(createReferenceEngine)
