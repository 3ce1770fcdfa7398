import { isRead, type TrackRule } from './rule.ts'

export const wrongExtension: TrackRule = {
  kind: 'wrong-extension',
  label: 'Content that is not what the name says',
  explanation:
    'The file is of another format than its extension says; many players go by the name and refuse it. Give it the right extension where you keep your files: an edit here never changes one.',
  scope: 'track',
  check({ name, facts: { extension } }) {
    if (extension === null) return null
    return { detail: `The content of ${name} asks for the extension .${extension}.`, edits: [] }
  },
}

export const refused: TrackRule = {
  kind: 'unreadable',
  label: 'Files that cannot be read',
  explanation:
    'The file is damaged, cut short or of a format whose tags cannot be edited here, so it is left alone. Restore it from a backup, or get it anew.',
  scope: 'track',
  unread: true,
  check(track) {
    return isRead(track) ? null : { detail: track.reason?.detail ?? '', edits: [] }
  },
}
