import type { PlanSettings } from '../../src/plan/settings.ts'

export const SETTINGS: PlanSettings = { dtype: null, shardBytes: null, memoryBudget: 2 ** 30 }
