import { fields, findField } from '../../fields.ts'

/** A native place of ID3v2 that holds a field: the parsed form of the id3 column of the field table. */
export type Slot =
  | { readonly form: 'text' | 'url' | 'flag'; readonly frame: string }
  | { readonly form: 'part'; readonly frame: string; readonly part: 0 | 1 }
  | { readonly form: 'user'; readonly frame: 'TXXX'; readonly name: string }
  | { readonly form: 'comment'; readonly frame: 'COMM' | 'USLT'; readonly description: string }
  | { readonly form: 'ufid'; readonly frame: 'UFID'; readonly owner: string }
  | { readonly form: 'role'; readonly frame: 'TIPL'; readonly role: string }
  | { readonly form: 'performers'; readonly frame: 'TMCL' }
  | { readonly form: 'popm'; readonly frame: 'POPM' }
  | { readonly form: 'date'; readonly frame: 'TDRC' | 'TDOR' }

/** A field and which of its native places this is: of several in one file, only the first is read. */
export interface SlotField {
  readonly field: string
  readonly alternative: number
}

const datesOfOldTags = new Set(['TDRC', 'TDOR'])

function parseSlot(id: string): Slot {
  const [frame = '', name] = split(id, ':')
  if (name !== undefined) {
    if (frame === 'TXXX') return { form: 'user', frame, name }
    if (frame === 'UFID') return { form: 'ufid', frame, owner: name }
    if (frame === 'TIPL') return { form: 'role', frame, role: name }
  }
  const [base = '', part] = split(id, '#')
  if (part !== undefined) return { form: 'part', frame: base, part: part === '2' ? 1 : 0 }
  if (id === 'COMM' || id === 'USLT') return { form: 'comment', frame: id, description: '' }
  if (id === 'TMCL') return { form: 'performers', frame: id }
  if (id === 'POPM') return { form: 'popm', frame: id }
  if (id === 'PCST') return { form: 'flag', frame: id }
  if (datesOfOldTags.has(id)) return { form: 'date', frame: id as 'TDRC' | 'TDOR' }
  return { form: id.startsWith('W') ? 'url' : 'text', frame: id }
}

function split(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator)
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

const slotsByField = new Map(fields.map(field => [field.name, field.id3.map(parseSlot)]))

const describedFields = { comment: 'COMM', lyrics: 'USLT' } as const

/** Where a field lives in ID3v2, best place first; none for a field that only other blocks have. */
export function slotsOf(name: string): readonly Slot[] {
  const standard = findField(name)
  if (standard) return slotsByField.get(standard.name) ?? []
  const [kind, description] = split(name, ':')
  const frame = describedFields[kind.toLowerCase() as keyof typeof describedFields]
  if (frame && description) return [{ form: 'comment', frame, description }]
  return [{ form: 'user', frame: 'TXXX', name }]
}

const fieldBySlot = new Map<string, SlotField>()
for (const [field, slots] of slotsByField) {
  for (const [alternative, slot] of slots.entries()) fieldBySlot.set(slotKey(slot), { field, alternative })
}

function slotKey(slot: Slot): string {
  switch (slot.form) {
    case 'part':
      return `${slot.frame}#${slot.part}`
    case 'user':
      return `TXXX:${slot.name.toLowerCase()}`
    case 'comment':
      return `${slot.frame}:${slot.description.toLowerCase()}`
    case 'ufid':
      return `UFID:${slot.owner}`
    case 'role':
      return `TIPL:${slot.role.toLowerCase()}`
    default:
      return slot.frame
  }
}

/** The field of a slot: the table's, or a custom one; undefined for a user text frame that only looks like a standard field. */
export function fieldOfSlot(slot: Slot): SlotField | undefined {
  const standard = fieldBySlot.get(slotKey(slot))
  if (standard !== undefined) return standard
  if (slot.form === 'comment') {
    return { field: `${slot.frame === 'COMM' ? 'comment' : 'lyrics'}:${slot.description}`, alternative: 0 }
  }
  if (slot.form === 'user' && slot.name !== '' && !findField(slot.name)) return { field: slot.name, alternative: 0 }
  return undefined
}
