import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength } from '../../files/splice.ts'
import type { Item } from '../../schemas/track.ts'
import {
  type EmbeddedPicture,
  type Fields,
  type NewPicture,
  type PatchedBlock,
  type Refusal,
  removedFrom,
  type TagBlock,
  type TagPatch,
} from '../items.ts'
import {
  type AsfAttribute,
  type AsfAttributes,
  type AsfPlace,
  asfPlaces,
  asfTypes,
  attributesBody,
  contentNames,
  emptyAttributes,
  encodeAttribute,
  largestValue,
  utf16z,
} from './asf-attributes.ts'
import { encodeAsfPicture, isPictureName, pictureName, readAsfPicture } from './asf-picture.ts'
import { attributeText, isShown, shownText, storedText, type TypedValue, tableName, typedValue } from './asf-value.ts'
import { editKeyed, fieldOfKey, hasKeyedPlace, type KeyedText, readKeyed } from './keyed.ts'

/*
 * The attributes of an ASF header as one tag block. An attribute stays in its object and order. The first of several new
 * values goes where Windows looks for it, the others to the Metadata Library, because the Content Description holds each
 * name once and some readers take the Extended Content Description for a dictionary; so does what is too long for them.
 */

const label = 'ASF'
/** Bytes: readers give up on larger objects, and no edit makes one. */
const largestObject = 16 * 1024 * 1024
const longestDescription = 16_000

/** What a patch makes of the objects: new bodies for those that change. */
export type AsfBodies = ReadonlyMap<AsfAttributes, readonly Piece[]>

export interface AsfBlock {
  readonly block: TagBlock
  bodies(result: PatchedBlock): AsfBodies
}

interface Draft {
  readonly replaced: Map<AsfAttribute, Uint8Array | null>
  readonly added: Map<AsfPlace, Array<{ name: string; bytes: Uint8Array }>>
  readonly refused: Refusal[]
}

/** The tag block over the attribute objects of a file; those that it lacks are among them, empty. */
export function asfBlock(source: ByteSource, objects: readonly AsfAttributes[]): AsfBlock {
  const attributes = asfPlaces.flatMap(place => objects.filter(o => o.place === place).flatMap(o => o.list))
  const shown = new Map<AsfAttribute, string>()
  for (const attribute of attributes) {
    const text = isField(attribute) ? attributeText(source, attribute) : null
    if (text !== null) shown.set(attribute, shownText(attribute.name, text))
  }
  const texts = textsOf(shown)
  const pictured = new Map<EmbeddedPicture, AsfAttribute>()
  for (const attribute of attributes) {
    const picture = readAsfPicture(source, attribute)
    if (picture) pictured.set(picture, attribute)
  }
  const pictures = [...pictured.keys()]
  const results = new WeakMap<PatchedBlock, AsfBodies>()
  const fields = readKeyed('asf', texts)
  const block: TagBlock = {
    kind: 'asf',
    label,
    fields,
    pictures,
    items: () => attributes.map(attribute => describe(source, attribute, shown.has(attribute))),
    patch(patch) {
      const draft: Draft = { replaced: new Map(), added: new Map(), refused: [] }
      setFields(draft, attributes, shown, editKeyed('asf', texts, storable(draft, attributes, shown, patch.fields)))
      if (patch.pictures) {
        const removed = removedFrom(pictures, patch.pictures)
        const gone = [...removed].map(picture => pictured.get(picture) as AsfAttribute)
        setPictures(draft, attributes, gone, patch.pictures.added)
      }
      const bodies = bodiesOf(draft, objects, patch)
      const result: PatchedBlock = { content: [...bodies.values()].flat(), refused: draft.refused }
      results.set(result, bodies)
      return result
    },
  }
  return { block, bodies: result => results.get(result) ?? new Map() }
}

/** An attribute of one stream describes its coding, unless the table knows its name; bytes and GUIDs are for programs. */
function isField({ type, stream, name }: AsfAttribute): boolean {
  return name !== '' && isShown(type) && !isPictureName(name) && (stream === 0 || tableName(name) !== undefined)
}

/**
 * The texts of each name. Where a file has a name in several spellings (careless programs write `TITLE` beside `Title`),
 * the first that is not empty is believed; all are kept in step.
 */
function textsOf(shown: ReadonlyMap<AsfAttribute, string>): KeyedText[] {
  const spellings = new Map<string, Map<string, string[]>>()
  for (const [{ name }, text] of shown) {
    const key = name.toLowerCase()
    const group = spellings.get(key) ?? new Map<string, string[]>()
    const values = group.get(name) ?? []
    values.push(text)
    spellings.set(key, group.set(name, values))
  }
  return [...spellings.values()].flatMap(group => {
    const list = [...group].map(([key, values]) => ({ key, values }))
    return list.find(({ values }) => values.some(value => value !== '')) ?? list.slice(0, 1)
  })
}

function storable(
  { refused }: Draft,
  attributes: readonly AsfAttribute[],
  shown: ReadonlyMap<AsfAttribute, string>,
  wanted: Fields,
): Fields {
  const refuse = (field: string, code: 'FIELD_UNSUPPORTED' | 'VALUE_UNSUPPORTED', detail: string): false => {
    refused.push({ field, code, detail })
    return false
  }
  const mayStore = (field: string, values: readonly string[]): boolean => {
    if (values.length === 0) return true
    if (!hasKeyedPlace('asf', field)) {
      return refuse(field, 'FIELD_UNSUPPORTED', 'ASF headers have no place for this field.')
    }
    if (isPictureName(field) || field === '' || field.includes('\0') || utf16z(field).length > 0xffff) {
      return refuse(
        field,
        'FIELD_UNSUPPORTED',
        'ASF headers allow names of 1 to 32,766 letters; pictures have their own.',
      )
    }
    const isTaken = (a: AsfAttribute) => a.stream === 0 && !shown.has(a) && a.name.toLowerCase() === field.toLowerCase()
    if (attributes.some(isTaken)) {
      return refuse(
        field,
        'FIELD_UNSUPPORTED',
        'The file keeps data of a program under this name, which stays as it is.',
      )
    }
    if (values.some(value => value.includes('\0'))) {
      return refuse(field, 'VALUE_UNSUPPORTED', 'Texts in ASF headers end at a NUL character; the value has one.')
    }
    if (field.toLowerCase() === 'rating' && !values.every(value => /^[0-5]$/.test(value))) {
      return refuse(field, 'VALUE_UNSUPPORTED', 'A rating is a number of stars from 0 to 5.')
    }
    return true
  }
  return new Map([...wanted].filter(([field, values]) => mayStore(field, values)))
}

function setFields(
  draft: Draft,
  attributes: readonly AsfAttribute[],
  shown: ReadonlyMap<AsfAttribute, string>,
  edits: ReadonlyMap<string, KeyedText>,
): void {
  for (const [key, { key: name, values }] of edits) {
    const slots = attributes.filter(attribute => shown.has(attribute) && attribute.name.toLowerCase() === key)
    const spellings = new Set([tableName(key) ?? slots[0]?.name ?? name, ...slots.map(slot => slot.name)])
    for (const spelling of spellings) {
      setValues(
        draft,
        spelling,
        slots.filter(slot => slot.name === spelling),
        shown,
        values,
      )
    }
  }
}

/** Gives the values to the attributes of a name in order; what is left over is added, and attributes left over go. */
function setValues(
  draft: Draft,
  name: string,
  slots: readonly AsfAttribute[],
  shown: ReadonlyMap<AsfAttribute, string>,
  values: readonly string[],
): void {
  let next = 0
  for (const slot of slots) {
    const value = values[next]
    if (value === undefined) draft.replaced.set(slot, null)
    else if (shown.get(slot) === value) next++
    else {
      const { text } = storedText(name, value)
      const bytes = inPlaceOf(slot, typedValue(text, slot.type, slot.value.length))
      draft.replaced.set(slot, bytes)
      if (bytes) next++
    }
  }
  const first = contentNames.includes(name) ? 'content' : 'extended'
  for (const [i, value] of values.entries()) {
    if (i < next) continue
    const { text, type } = storedText(name, value)
    add(draft, i === 0 ? first : 'library', name, typedValue(text, type, 4))
  }
}

/** A new value for an attribute, with its name, language and stream; null where its object does not hold one so long. */
function inPlaceOf(slot: AsfAttribute, { type, bytes }: TypedValue): Uint8Array | null {
  if (bytes.length > largestValue[slot.place]) return null
  return encodeAttribute(slot, utf16z(slot.name), type, bytes)
}

function add({ added }: Draft, wish: AsfPlace, name: string, { type, bytes }: TypedValue): void {
  const place = bytes.length <= largestValue[wish] ? wish : 'library'
  const list = added.get(place) ?? []
  list.push({ name, bytes: encodeAttribute({ place, language: 0, stream: 0 }, utf16z(name), type, bytes) })
  added.set(place, list)
}

function setPictures(
  draft: Draft,
  attributes: readonly AsfAttribute[],
  gone: readonly AsfAttribute[],
  wanted: readonly NewPicture[],
): void {
  if (wanted.some(picture => picture.description.length > longestDescription || picture.description.includes('\0'))) {
    draft.refused.push({
      field: 'picture',
      code: 'PICTURE_UNSUPPORTED',
      detail: `Descriptions of pictures have at most ${longestDescription.toLocaleString('en')} letters in ASF headers.`,
    })
    return
  }
  const fresh = wanted.map(encodeAsfPicture)
  for (const slot of gone) {
    const bytes = fresh[0] && inPlaceOf(slot, { type: asfTypes.bytes, bytes: fresh[0] })
    draft.replaced.set(slot, bytes ?? null)
    if (bytes) fresh.shift()
  }
  const stays = ({ place, name }: AsfAttribute) => place === 'extended' && isPictureName(name)
  let wish: AsfPlace = attributes.some(a => stays(a) && draft.replaced.get(a) !== null) ? 'library' : 'extended'
  for (const bytes of fresh) {
    add(draft, wish, pictureName, { type: asfTypes.bytes, bytes })
    wish = 'library'
  }
}

function bodiesOf({ replaced, added, refused }: Draft, objects: readonly AsfAttributes[], patch: TagPatch): AsfBodies {
  const bodies = new Map<AsfAttributes, readonly Piece[]>()
  for (const place of asfPlaces) {
    const present = objects.filter(object => object.place === place)
    const additions = added.get(place)
    if (additions && present.length === 0) present.push(emptyAttributes(place))
    for (const [i, object] of present.entries()) {
      const own = i === 0 ? (additions ?? []) : []
      if (own.length === 0 && !object.list.some(attribute => replaced.has(attribute))) continue
      const body = attributesBody(object, { replaced, added: own })
      if (!body || piecesLength(body) > largestObject) refused.push(...tooLarge(patch))
      else bodies.set(object, body)
    }
  }
  return bodies
}

function tooLarge({ fields, pictures }: TagPatch): Refusal[] {
  const detail =
    'Players give up on ASF headers with more than 16 MiB of tags; use a smaller picture or a shorter text.'
  if (pictures && pictures.added.length > 0) return [{ field: 'picture', code: 'PICTURE_UNSUPPORTED', detail }]
  return [...fields.keys()].map(field => ({ field, code: 'VALUE_UNSUPPORTED', detail }))
}

function describe(source: ByteSource, attribute: AsfAttribute, isShownField: boolean): Item {
  const { name, value, type } = attribute
  const base = { block: label, id: name, bytes: value.length }
  const text = isPictureName(name) || type === asfTypes.bytes ? null : attributeText(source, attribute)
  const field = isShownField ? fieldOfKey('asf', name) : undefined
  return { ...base, ...(field === undefined ? {} : { field }), ...(text === null ? {} : { text: [text] }) }
}
