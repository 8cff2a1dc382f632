import { createReferenceEngine } from '../src/engine/reference.ts'
import { vocabularyCases } from './support/vocabulary-cases.ts'

vocabularyCases(createReferenceEngine)
