import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bufferSource } from '../../src/files/source.ts'
import { piecesBytes, splicedPieces } from '../../src/files/splice.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { patchTags } from '../../src/tags/patch.ts'
import { id3v2, makeMp3, textFrame } from '../make-audio.ts'

const options = { id3Version: 4 } as const

test('an ID3v2 tag at the end of a file is told of, and left as it is by an edit', () => {
  const header = id3v2({ version: 4, frames: [textFrame('TIT2', 'Appended', 3)] })
  const footer = Buffer.concat([Buffer.from('3DI'), header.subarray(3, 10)])
  const bytes = Buffer.concat([makeMp3(), header, footer])
  const source = bufferSource(bytes)
  const file = openTags(source, 'a.mp3', options)
  assert.match(file.warnings.join(), /ID3v2 tag at its end/)
  const { splices } = patchTags(
    source,
    'a.mp3',
    file,
    { fields: new Map([['title', ['New']]]), pictures: null },
    options,
  )
  const after = Buffer.from(piecesBytes(source, splicedPieces(source.size, splices)))
  assert.ok(after.subarray(-bytes.length).equals(bytes))
})
