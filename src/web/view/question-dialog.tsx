import { question } from '../state/questions.ts'
import { Modal } from './modal.tsx'

export function QuestionDialog() {
  const asked = question.value
  if (!asked) return null
  return (
    <Modal class="question" labelledBy="question-title" onCancel={() => asked.answer(null)}>
      <h2 id="question-title">{asked.title}</h2>
      <p>{asked.body}</p>
      <div class="actions">
        {asked.choices.map(({ id, label, primary }) => (
          <button
            key={id}
            type="button"
            class={primary ? 'primary' : ''}
            autofocus={primary}
            onClick={() => asked.answer(id)}
          >
            {label}
          </button>
        ))}
      </div>
    </Modal>
  )
}
