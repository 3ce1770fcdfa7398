import type { ByteSource } from '../../files/source.ts'
import type { Piece } from '../../files/splice.ts'
import type { Item as ShownItem } from '../../schemas/track.ts'
import { removedFrom, type TagBlock } from '../items.ts'
import { coverItem, coverRefusal, coverType, editCovers, readCovers } from './ilst-covers.ts'
import { editItems, fieldOf, readItems, valuesOf } from './ilst-fields.ts'
import { dataTypes, freeformType, type Item, keyOf, readItem } from './ilst-items.ts'
import { type Atom, childrenOf, damaged, mostAtoms, printable } from './mp4-atoms.ts'

const label = 'MP4 ilst'

/** The items of an iTunes list as a tag block; its patched content is the body of the list. Throws MALFORMED_FILE where the items do not fill it. */
export function ilstBlock(source: ByteSource, list: Atom): TagBlock {
  let parts = 0
  const items = childrenOf(source, list).atoms.map(atom => {
    const item = readItem(source, atom)
    parts += item.parts.length
    if (parts > mostAtoms) throw damaged(`its list of tags has more than ${mostAtoms} values`)
    return item
  })
  return itemBlock(items)
}

/** A list without any item. */
export const emptyIlstBlock = (): TagBlock => itemBlock([])

function itemBlock(items: readonly Item[]): TagBlock {
  const covers = readCovers(items)
  const pictures = [...covers.keys()]
  return {
    kind: 'mp4',
    label,
    fields: readItems(items),
    pictures,
    items: () => items.map(describe),
    patch({ fields: wanted, pictures: patch }) {
      const { edits, refused } = editItems(wanted)
      const added = patch?.added ?? []
      refused.push(...added.map(coverRefusal).filter(refusal => refusal !== null))
      if (refused.length > 0) return { content: [], refused }
      const removed = patch ? removedFrom(pictures, patch) : []
      const gone = new Set([...removed].map(picture => covers.get(picture)).filter(data => data !== undefined))
      const coverEdits = patch ? editCovers(items, gone, added) : new Map<Item, Piece[]>()
      const done = new Set<string>()
      const out = items.flatMap((item): readonly Piece[] => {
        const cover = coverEdits.get(item)
        if (cover) return cover
        const key = keyOf(item)
        const edit = key === null ? undefined : edits.get(key)
        if (key === null || !edit) return [item.raw]
        // Several items of one field become one, where the first stood.
        const isFirst = !done.has(key)
        done.add(key)
        return (isFirst && edit(item)) || []
      })
      for (const [key, edit] of edits) if (!done.has(key)) out.push(...(edit(undefined) ?? []))
      if (added.length > 0 && !coverEdits.size) out.push(...coverItem(added))
      return { content: out, refused }
    },
  }
}

const shownBytes = 1 << 20

function describe(item: Item): ShownItem {
  const { type, freeform, data, raw } = item
  const id = freeform ? `${freeformType}:${freeform.mean}:${freeform.name}` : printable(type)
  const bytes = data.reduce((sum, { payload }) => sum + payload.length, 0)
  const base = { block: label, id, bytes: data.length > 0 ? bytes : Math.max(0, raw.length - 8) }
  const field = fieldOf(item)
  const isText = field !== undefined || freeform !== null || data.some(({ type }) => type === dataTypes.utf8)
  const text = isText && type !== coverType && bytes <= shownBytes ? valuesOf(item) : []
  return { ...base, ...(field === undefined ? {} : { field }), ...(text.length > 0 ? { text } : {}) }
}
