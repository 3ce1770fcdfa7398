import { useEffect } from 'preact/hooks'
import { start } from '../start.ts'
import { narrow, pane, touch } from '../state/appearance.ts'
import { startProblem } from '../state/library.ts'
import { text } from '../text.ts'
import { BottomBar } from './bottom-bar.tsx'
import { FolderTree } from './folder-tree.tsx'
import { HistoryDrawer } from './history-drawer.tsx'
import { Inspector } from './inspector.tsx'
import { onGlobalKey, onGlobalPaste } from './keys.ts'
import { PlanDialog } from './plan-dialog.tsx'
import { QuestionDialog } from './question-dialog.tsx'
import { ToastLine } from './toast-line.tsx'
import { TopBar } from './top-bar.tsx'
import { TrackList } from './track-list.tsx'

export function App() {
  useEffect(() => {
    addEventListener('keydown', onGlobalKey)
    addEventListener('paste', onGlobalPaste)
    return () => {
      removeEventListener('keydown', onGlobalKey)
      removeEventListener('paste', onGlobalPaste)
    }
  }, [])
  return (
    <div
      class="app"
      data-pane={pane.value}
      data-narrow={narrow.value || undefined}
      data-touch={touch.value || undefined}
    >
      <TopBar />
      {startProblem.value === null ? (
        <>
          <FolderTree />
          <TrackList />
          <Inspector />
          <HistoryDrawer />
          <BottomBar />
        </>
      ) : (
        <main class="start-problem">
          <h1>{text.startFailed}</h1>
          <p>{startProblem.value}</p>
          <button type="button" class="primary" onClick={() => void start()}>
            {text.retry}
          </button>
        </main>
      )}
      <PlanDialog />
      <QuestionDialog />
      <ToastLine />
    </div>
  )
}
