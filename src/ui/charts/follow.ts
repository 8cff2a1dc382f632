import { followGeometry } from '../../store/geometry.ts'

// Once, with whichever chart is loaded first.
followGeometry()
