export { bestGrams } from './best-grams.ts'
export { carryGrams } from './carry-grams.ts'
export { angleBetween, type Point } from './directions.ts'
export { clearKeptGrams, type KeptGrams, keepGrams, readKeptGrams } from './gram-cache.ts'
export { gramKey } from './gram-key.ts'
export * from './grams.ts'
export { cosineInterval, type Interval } from './interval.ts'
export { type KnownGrams, keepKnownGrams, readKnownGrams } from './known-grams.ts'
export { layoutOf, type PlanLayout } from './layout.ts'
export {
  BASES,
  BRANCHES,
  fly,
  type GeometryBasis,
  type GeometryBranch,
  geometryInFlight,
  geometryOf,
  needsNewPlan,
  type PlanGeometry,
  stageTimes,
} from './plan-geometry.ts'
export { type SampledJob, sampleGram } from './sample.ts'
export { samplePlan } from './sample-plan.ts'
export { type Sphere, type SphereArc, type SpherePoint, sphereOf } from './sphere.ts'
export {
  operandVector,
  type StageGeometry,
  stageInterval,
  stageOf,
  type TensorGeometry,
  tensorGeometry,
  tensorOf,
} from './tensor-geometry.ts'
export { SAMPLING_BUDGET, type SamplingBudget } from './tile-choice.ts'
