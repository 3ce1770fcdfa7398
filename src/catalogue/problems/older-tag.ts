import { quoted, set, type TrackRule } from './rule.ts'

export const olderTag: TrackRule = {
  kind: 'older-tag-disagrees',
  label: 'An older tag that says something else',
  explanation:
    'The file has a second tag (ID3v1 or APEv2) that an older program wrote or forgot to change, and some players believe that one. Setting the field anew brings all tags of the file in step.',
  scope: 'track',
  check({ facts: { disagreements } }) {
    if (disagreements.length === 0) return null
    const seen = new Set<string>()
    const first = disagreements.filter(({ field }) => !seen.has(field) && seen.add(field))
    return {
      detail: disagreements
        .map(({ field, block, values, main }) => {
          const others = main.length === 0 ? 'the first tag nothing' : `the first tag ${main.map(quoted).join(', ')}`
          return `${block} says ${values.map(quoted).join(', ')} for ${field}, ${others}.`
        })
        .join(' '),
      edits: first.map(({ field, values, main }) => set(field, ...(main.length > 0 ? main : values))),
    }
  },
}
