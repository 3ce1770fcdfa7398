import { X } from 'lucide'
import { dismissToast, toast } from '../state/toasts.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

/** What was just done, with a way back. It never takes the focus. */
export function ToastLine() {
  const shown = toast.value
  return (
    <div class="toast-line" aria-live={shown?.bad ? 'assertive' : 'polite'} role="status">
      {shown && (
        <div class="toast" key={shown.id} data-bad={shown.bad || undefined}>
          <span class="words">{shown.words}</span>
          {shown.action && (
            <button
              type="button"
              onClick={() => {
                dismissToast(shown.id)
                shown.action?.run()
              }}
            >
              {shown.action.label}
            </button>
          )}
          <button type="button" class="plain square" onClick={() => dismissToast(shown.id)}>
            <Icon of={X} />
            <span class="unseen">{text.dismiss}</span>
          </button>
        </div>
      )}
    </div>
  )
}
