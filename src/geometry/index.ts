export * from './grams.ts'
export { cosineInterval, type Interval } from './interval.ts'
export { layoutOf, type PlanLayout } from './layout.ts'
export {
  BASES,
  BRANCHES,
  type GeometryBasis,
  type GeometryBranch,
  geometryOf,
  needsNewPlan,
  type PlanGeometry,
  stageTimes,
} from './plan-geometry.ts'
export {
  operandVector,
  type StageGeometry,
  stageInterval,
  type TensorGeometry,
  tensorGeometry,
  tensorOf,
} from './tensor-geometry.ts'
