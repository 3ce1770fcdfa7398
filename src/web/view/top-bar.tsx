import { Moon, Sun, SunMoon } from 'lucide'
import { nextTheme, type Theme, theme } from '../state/appearance.ts'
import { library } from '../state/library.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

const themeIcons: Record<Theme, typeof Sun> = { system: SunMoon, light: Sun, dark: Moon }

export function TopBar() {
  const about = library.value
  return (
    <header class="top-bar">
      <img class="logo" src="assets/icons/icon.svg" alt="" width="20" height="20" />
      <h1>{text.product}</h1>
      {about?.demo && (
        <p class="demo" title={text.demoHint}>
          <span>{text.demo}</span> <span class="demo-hint">{text.demoHint}</span>
        </p>
      )}
      <span class="spring" />
      {about && <span class="version">{about.version}</span>}
      <button type="button" class="plain square" title={text.theme[theme.value]} onClick={nextTheme}>
        <Icon of={themeIcons[theme.value]} />
        <span class="unseen">{text.theme[theme.value]}</span>
      </button>
    </header>
  )
}
