import { render } from 'preact'
import { start } from './start.ts'
import { keepAppearance } from './state/appearance.ts'
import { App } from './view/app.tsx'

const root = document.getElementById('app')
if (root) {
  keepAppearance()
  render(<App />, root)
  void start()
}
