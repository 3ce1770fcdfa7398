import type { Piece } from '../../../files/splice.ts'
import type { Item } from '../../../schemas/track.ts'
import {
  type EmbeddedPicture,
  type Fields,
  type Refusal,
  removedFrom,
  type TagBlock,
  type TagPatch,
} from '../../items.ts'
import { collectFields } from '../collect.ts'
import { encodeFrame } from './assemble.ts'
import { parseDescribed, parsePictureHead, pictureBody } from './body.ts'
import { dateFrames, readDate } from './dates.ts'
import { type FrameEdit, frameEdits, type NewFrame } from './edits.ts'
import type { Frame, Id3v2Tag } from './tag.ts'
import { latin1, splitValues, terminator } from './text.ts'
import { isTextFrame, popm, readFrame, textValues } from './values.ts'

/** Frames whose data a file may hold before its tag is read: enough of a picture frame to know all but the image. */
const pictureHead = 1024

/** An ID3v2 tag as a tag block: frames are its items, and all that are not named by a patch stay as they are. */
export function id3v2Block(tag: Id3v2Tag): TagBlock {
  return { ...frameBlock(tag.frames, tag.version, tag.unsynchronised, () => tag.junk()), label: `ID3v2.${tag.version}` }
}

/** A tag block of a version without any frame. */
export function emptyId3v2Block(version: 3 | 4): TagBlock {
  return { ...frameBlock([], version, false, () => []), label: `ID3v2.${version}` }
}

function frameBlock(
  frames: readonly Frame[],
  version: 2 | 3 | 4,
  unsynchronised: boolean,
  junk: () => readonly Piece[],
): Omit<TagBlock, 'label'> {
  const embedded = new Map<EmbeddedPicture, Frame>()
  for (const frame of frames) {
    const picture = frame.id === 'APIC' ? embeddedPicture(frame, version) : null
    if (picture) embedded.set(picture, frame)
  }
  const pictures = [...embedded.keys()]
  return {
    kind: 'id3v2',
    fields: readFields(frames),
    pictures,
    items: () => frames.map(frame => item(frame, version)),
    patch(patch) {
      const { edits, refused } = frameEdits(frames, version, patch.fields)
      const picture = pictureEdit(embedded, pictures, patch, version, refused)
      if (picture) edits.push(picture)
      return { content: [...rebuild(frames, edits, version, unsynchronised), ...junk()], refused }
    },
  }
}

function readFields(frames: readonly Frame[]): Fields {
  const collected = collectFields()
  const dated = new Set<string>()
  // Of several programs' ratings the first that is one: a player may have added its counter alone.
  const ratings = frames.filter(frame => frame.id === 'POPM')
  const rating = ratings.find(frame => (popm(frame)?.rating ?? 0) > 0) ?? ratings[0]
  for (const frame of frames) {
    const modern =
      frame.id === 'TDOR' || frame.id === 'TORY' ? 'TDOR' : dateFrames.TDRC.includes(frame.id) ? 'TDRC' : null
    if (modern) {
      const value = dated.has(modern) ? undefined : readDate(frames, modern)
      dated.add(modern)
      if (value) collected.add(modern === 'TDRC' ? 'date' : 'originaldate', [value])
      continue
    }
    if (frame.id === 'POPM' && frame !== rating) continue
    for (const { field, values, alternative } of readFrame(frame)) collected.add(field, values, alternative)
  }
  return collected.fields()
}

function embeddedPicture(frame: Frame, version: number): EmbeddedPicture | null {
  const head = frame.body(pictureHead)
  let parsed = head && parsePictureHead(head, version)
  if (!head || !parsed) return null
  // A description longer than the head: read on.
  if (parsed.start >= head.length && frame.size > head.length)
    parsed = parsePictureHead(frame.body() ?? head, version) ?? parsed
  const { type, mime, description, start } = parsed
  const whole = () => frame.body() ?? new Uint8Array(0)
  return { type, mime, description, bytes: Math.max(0, frame.size - start), data: () => whole().subarray(start) }
}

/** Content of a tag after edits: kept frames as they stand, new ones where the first that they replace stood, or at the end. */
function rebuild(
  frames: readonly Frame[],
  edits: readonly FrameEdit[],
  version: number,
  unsynchronised: boolean,
): Piece[] {
  const matched = edits.map(edit => frames.filter(frame => edit.matches(frame)))
  const encode = (list: readonly NewFrame[]) =>
    list.map(({ id, body }) => encodeFrame(id, body, version, unsynchronised))
  const gone = new Set(matched.flat())
  const content = frames.flatMap((frame): readonly Piece[] => {
    const fresh = edits.flatMap((edit, i) => (matched[i]?.[0] === frame ? encode(edit.make(matched[i])) : []))
    return gone.has(frame) ? fresh : [...fresh, ...frame.raw]
  })
  return [...content, ...edits.flatMap((edit, i) => (matched[i]?.length === 0 ? encode(edit.make([])) : []))]
}

function pictureEdit(
  embedded: ReadonlyMap<EmbeddedPicture, Frame>,
  pictures: readonly EmbeddedPicture[],
  patch: TagPatch,
  version: number,
  refused: Refusal[],
): FrameEdit | null {
  if (!patch.pictures) return null
  const removed = new Set([...removedFrom(pictures, patch.pictures)].map(picture => embedded.get(picture)))
  const added = patch.pictures.added
  const unknown = version === 2 && added.find(picture => !['image/jpeg', 'image/png'].includes(picture.mime))
  if (unknown) {
    refused.push({
      field: 'picture',
      code: 'PICTURE_UNSUPPORTED',
      detail: `ID3v2.2 holds JPEG and PNG images, not ${unknown.mime}.`,
    })
  }
  return {
    matches: frame => removed.has(frame),
    make: () => added.map(picture => ({ id: version === 2 ? 'PIC' : 'APIC', body: pictureBody(picture, version) })),
  }
}

function item(frame: Frame, version: number): Item {
  const body = frame.id === 'APIC' ? frame.body(pictureHead) : frame.size <= 1 << 20 ? frame.body() : null
  const base = { block: `ID3v2.${version}`, id: frame.nativeId.replace(/[^\x20-\x7e]/g, '?'), bytes: frame.size }
  if (!body) return base
  if (frame.id === 'TXXX' || frame.id === 'WXXX' || frame.id === 'COMM' || frame.id === 'USLT') {
    const withLanguage = frame.id === 'COMM' || frame.id === 'USLT'
    const parsed = parseDescribed(body, withLanguage)
    if (!parsed) return base
    const language = withLanguage ? `:${parsed.language.replace(/[^\x20-\x7e]/g, ' ')}` : ''
    return {
      ...base,
      id: `${base.id}:${parsed.description}${language}`,
      ...named(frame),
      text: splitValues(parsed.text),
    }
  }
  if (frame.id === 'UFID' || frame.id === 'PRIV') {
    const [end, next] = terminator(body, 0, 0)
    const id = `${base.id}:${latin1(body.subarray(0, end))}`
    return frame.id === 'UFID' ? { ...base, id, ...named(frame), text: [latin1(body.subarray(next))] } : { ...base, id }
  }
  if (isTextFrame(frame.id)) return { ...base, ...named(frame), text: textValues(frame) }
  if (frame.id.startsWith('W')) return { ...base, ...named(frame), text: [latin1(body)] }
  return { ...base, ...named(frame) }
}

function named(frame: Frame): { field?: string } {
  const dated = dateFrames.TDRC.includes(frame.id)
    ? 'date'
    : dateFrames.TDOR.includes(frame.id)
      ? 'originaldate'
      : undefined
  const field = readFrame(frame)[0]?.field ?? dated
  return field === undefined ? {} : { field }
}
