import { useStudio } from '../store/studio.ts'
import { DropTarget } from './drop-target.tsx'
import { usePaste } from './history/use-paste.ts'
import { useShortcuts } from './history/use-shortcuts.ts'
import { ModelsPanel } from './models-panel.tsx'
import { ProblemsPanel } from './problems-panel.tsx'
import { RecipePanel } from './recipe-panel.tsx'
import { RunBar } from './run-bar.tsx'
import { SettingsPanel } from './settings-panel.tsx'
import { TopBar } from './top-bar.tsx'
import { Welcome } from './welcome.tsx'
import { WorkPanel } from './work-panel.tsx'

/** The whole page. */
export function App() {
  useShortcuts()
  usePaste()
  const empty = useStudio((studio) => studio.models.length === 0 && studio.recipeText === '')
  return (
    <DropTarget>
      <TopBar />
      <main className="studio">
        <ModelsPanel />
        <div className="side">
          <ProblemsPanel />
          <SettingsPanel />
        </div>
        {empty ? (
          <Welcome />
        ) : (
          <>
            <RecipePanel />
            <WorkPanel />
          </>
        )}
      </main>
      <RunBar />
    </DropTarget>
  )
}
