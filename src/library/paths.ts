import { realpathSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { isInside } from '../files/folder.ts'

/*
 * The only way from an untrusted string to a file. parsePath looks at the string alone; locate follows every link and demands
 * that the real file is inside the library; files/folder.ts checks once more through an open descriptor when it comes to writing.
 */

declare const checked: unique symbol

/** A relative path that parsePath accepted: no way up, no NUL, no empty parts. The empty path is the library's root. */
export type LibraryPath = string & { readonly [checked]: true }

/** Absolute bytes of a file or folder that was inside the library when it was located. */
export interface Located {
  readonly path: LibraryPath
  /** The folder that really holds it, and its real name in there. */
  readonly folder: Buffer
  readonly name: Buffer
  /** Whether the path runs over a link, so that its own name is not the real one. */
  readonly linked: boolean
}

const rootPath = '' as LibraryPath

const mostBytes = 4096
const mostNameBytes = 255

/** Checks a path from outside. Throws PATH_OUTSIDE_LIBRARY or PATH_INVALID. */
export function parsePath(text: string): LibraryPath {
  if (text === '') return rootPath
  if (text.startsWith('/') || /^[a-z]:[\\/]/i.test(text)) {
    throw new CodedError('PATH_OUTSIDE_LIBRARY', 'Paths are relative to the library and do not start with a slash.')
  }
  const parts = text.split('/')
  if (parts.includes('..')) throw new CodedError('PATH_OUTSIDE_LIBRARY', 'Paths do not lead upwards.')
  for (const part of parts) checkName(part, 'PATH_INVALID')
  if (Buffer.byteLength(text) > mostBytes)
    throw new CodedError('PATH_INVALID', `A path has at most ${mostBytes} bytes.`)
  return text as LibraryPath
}

/** Checks the name of one file or folder. Throws NAME_INVALID (or `code`). */
export function checkName(name: string, code: 'NAME_INVALID' | 'PATH_INVALID' = 'NAME_INVALID'): void {
  if (name === '' || name === '.' || name === '..')
    throw new CodedError(code, 'A name is neither empty nor “.” nor “..”.')
  if (name.includes('/') || name.includes('\0')) throw new CodedError(code, 'A name contains no slash and no NUL.')
  if (!name.isWellFormed()) throw new CodedError(code, 'The name is not valid Unicode.')
  if (encodeName(name).length > mostNameBytes) throw new CodedError(code, `A name has at most ${mostNameBytes} bytes.`)
}

/** The last part of a path; empty for the root. */
export function nameOf(path: LibraryPath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The path of the folder that holds an entry. */
export function parentOf(path: LibraryPath): LibraryPath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/'))) as LibraryPath
}

/** The path of an entry of a folder; `name` must have come from the file system or from checkName. */
export function joinPath(folder: LibraryPath, name: string): LibraryPath {
  return (folder === '' ? name : `${folder}/${name}`) as LibraryPath
}

/** Where the bytes 0x80 to 0xFF of a name that is not UTF-8 are shown: private use, U+10FF80 to U+10FFFF. */
const escapeBase = 0x10ff00

/** A name as text: UTF-8, with bytes that are none in private use, so that every name has a text and comes back from it. */
export function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!hasEscapes(text) && Buffer.from(text, 'utf8').equals(bytes)) return text
  let out = ''
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at)
    const letter = bytes.toString('utf8', at, at + length)
    const valid = length > 0 && !letter.includes('\uFFFD') && !hasEscapes(letter)
    const replacement = length === 3 && bytes.toString('hex', at, at + 3) === 'efbfbd'
    if (valid || replacement) out += letter
    else out += String.fromCodePoint(escapeBase + (bytes[at] as number))
    at += valid || replacement ? length : 1
  }
  return out
}

function hasEscapes(text: string): boolean {
  for (const letter of text) if ((letter.codePointAt(0) as number) >= escapeBase + 0x80) return true
  return false
}

/** Length of the UTF-8 sequence that starts at `at` if its bytes are there, else 0. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number
  const length =
    first < 0x80
      ? 1
      : first >= 0xc2 && first < 0xe0
        ? 2
        : first >= 0xe0 && first < 0xf0
          ? 3
          : first >= 0xf0 && first < 0xf5
            ? 4
            : 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

/** The bytes of a name. */
export function encodeName(name: string): Buffer {
  if (!hasEscapes(name)) return Buffer.from(name, 'utf8')
  return Buffer.concat(
    [...name].map(letter => {
      const code = letter.codePointAt(0) as number
      return code >= escapeBase + 0x80 ? Buffer.of(code - escapeBase) : Buffer.from(letter, 'utf8')
    }),
  )
}

/** The library's real root as bytes, without links. */
export function realRoot(musicDir: string): Buffer {
  return realpathSync.native(Buffer.from(musicDir), { encoding: 'buffer' })
}

/** Absolute bytes of a path, links not yet followed: for locate, and for telling paths to the same file apart. */
export function absolute(root: Buffer, path: LibraryPath): Buffer {
  return path === '' ? root : Buffer.concat([root, Buffer.from(root.length === 1 ? '' : '/'), encodeName(path)])
}

/** The path of a folder of the library, from its absolute bytes. */
export function pathIn(root: Buffer, folder: Buffer): LibraryPath {
  const rest = folder.subarray(root.length === 1 ? 1 : root.length + 1)
  return decodeName(rest) as LibraryPath
}

/** Follows all links of a path. Throws PATH_OUTSIDE_LIBRARY where it ends outside `root`; ENOENT and other system errors pass through. */
export function locate(root: Buffer, path: LibraryPath): Located {
  const given = absolute(root, path)
  // The native one: the other turns the bytes into text first, and loses those that are none.
  const real = realpathSync.native(given, { encoding: 'buffer' })
  if (!isInside(real, root))
    throw new CodedError('PATH_OUTSIDE_LIBRARY', 'The path is a link that leads out of the library.')
  const cut = real.lastIndexOf('/')
  return {
    path,
    folder: real.equals(root) ? root : real.subarray(0, Math.max(cut, 1)),
    name: real.equals(root) ? Buffer.from('.') : real.subarray(cut + 1),
    linked: !real.equals(given),
  }
}

/** Absolute bytes of a located file or folder. */
export function locatedBytes({ folder, name }: Located): Buffer {
  return Buffer.concat([folder, Buffer.from(folder.length === 1 ? '' : '/'), name])
}
