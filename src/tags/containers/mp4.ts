import type { ByteSource } from '../../files/source.ts'
import { type Range, splicedSource } from '../../files/splice.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { emptyIlstBlock, ilstBlock } from '../blocks/ilst.ts'
import { bodyOf } from '../blocks/mp4-atoms.ts'
import type { Container } from './container.ts'
import { type Layout, type Level, readLayout } from './mp4-layout.ts'
import { replaceList } from './mp4-resize.ts'

/* MP4 and its kin (ISO/IEC 14496-12 and -14; M4A, M4B, ALAC, QuickTime audio): atoms, with the tags in moov/udta/meta/ilst. */

/** What a file starts with: its brand, or in files older than brands the index or the data. */
const firstAtoms: ReadonlySet<string> = new Set(['ftyp', 'moov', 'mdat', 'wide', 'pnot'])

function startsMp4(source: ByteSource, start: number): boolean {
  return start + 8 <= source.size && firstAtoms.has(latin1(source.read(start + 4, 4)))
}

function warningsOf({ rest, lists }: Layout): string[] {
  return [
    ...(rest.length > 0 ? ['The file is cut short, or has bytes at its end that belong to no part of it.'] : []),
    ...(lists > 1 ? ['The file has several lists of tags; only the first is read and edited.'] : []),
  ]
}

/** The file with its user data passed off as free space, so that nothing moves and nobody parses it. */
function withoutUserData(source: ByteSource, { levels }: Layout): ByteSource {
  const userData = (levels[1] as Level).atom
  return splicedSource(source, [{ offset: userData.offset + 4, remove: 4, insert: Buffer.from('free') }])
}

/** What a file that was cut short has of its samples. */
function cutData(source: ByteSource, rest: Range): Range[] {
  const isData = rest.length > 8 && latin1(source.read(rest.offset + 4, 4)) === 'mdat'
  return isData ? [{ offset: rest.offset + 8, length: rest.length - 8 }] : []
}

export const mp4: Container = {
  name: 'MP4',
  extensions: ['m4a', 'm4b', 'm4p', 'm4r', 'mp4'],
  recognises: startsMp4,
  open(source) {
    const layout = readLayout(source)
    const { ilst, topLevel, rest, moov } = layout
    const block = ilst ? ilstBlock(source, ilst) : emptyIlstBlock()
    return {
      container: 'MP4',
      blocks: ilst ? [block] : [],
      fieldBlock: block,
      pictureBlock: block,
      warnings: warningsOf(layout),
      kept: [
        ...topLevel.filter(atom => atom !== moov && atom.type !== 'free' && atom.type !== 'skip'),
        ...(rest.length > 0 ? [rest] : []),
      ].map(({ offset, length }) => ({ offset, length })),
      audio: [...topLevel.filter(({ type }) => type === 'mdat').map(bodyOf), ...cutData(source, rest)],
      ...(layout.levels.length > 1 ? { bare: withoutUserData(source, layout) } : {}),
      rebuild(patched) {
        const after = patched.get(block)
        return after ? replaceList(source, layout, after.content) : []
      },
    }
  },
}
