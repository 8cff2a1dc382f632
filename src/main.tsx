import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { keepForOffline } from './offline.ts'
import { findContainment } from './store/containment.ts'
import { recallPaces } from './store/pace.ts'
import { restore } from './store/persistence.ts'
import { App } from './ui/app.tsx'
import { followTheme } from './ui/theme.ts'
import './ui/styles/tokens.css'
import './ui/styles/base.css'
import './ui/styles/controls.css'
import './ui/styles/layout.css'
import './ui/styles/top.css'
import './ui/styles/welcome.css'
import './ui/styles/models.css'
import './ui/styles/recipe.css'
import './ui/styles/problems.css'
import './ui/history/history.css'
import './ui/styles/tensors.css'
import './ui/styles/tensor-columns.css'
import './ui/styles/report.css'
import './ui/styles/run.css'

restore()
keepForOffline()
followTheme()
void findContainment()
void recallPaces()
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
