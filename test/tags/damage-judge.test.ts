import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ByteSource, bufferSource } from '../../src/files/source.ts'
import { piecesBytes, splicedPieces } from '../../src/files/splice.ts'
import { damageJudge, fileKind, independentReading } from '../../src/tags/audio.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { patchTags } from '../../src/tags/patch.ts'
import { makeMp3 } from '../make-audio.ts'

const options = { id3Version: 4 } as const

function edited(source: ByteSource, name: string): ByteSource {
  const patch = { fields: new Map([['title', ['x'.repeat(300)]]]), pictures: null }
  const { splices } = patchTags(source, name, openTags(source, name, options), patch, options)
  return bufferSource(piecesBytes(source, splicedPieces(source.size, splices)))
}

/** A Musepack SV7 header of two frames, and less sound than they claim: a reader of the stream runs into the tag behind it. */
function cutMusepack(): Buffer {
  const head = Buffer.alloc(28)
  head.write('MP+\x07', 'latin1')
  head.writeUInt32LE(2, 4)
  head.writeUInt32LE(0x2f000000, 8)
  return Buffer.concat([head, Buffer.alloc(200, 0x0f)])
}

test('a tag behind a stream that was cut off is no damage, though the second reader runs into it', async () => {
  const source = bufferSource(cutMusepack())
  const judge = await damageJudge(source, openTags(source, 'a.mpc', options), 'a.mpc')
  const after = edited(source, 'a.mpc')
  assert.equal(await independentReading(after, fileKind('Musepack', 'a.mpc')), null)
  assert.equal(await judge(after), null)
})

test('an edit that leaves other audio is damage', async () => {
  const source = bufferSource(makeMp3())
  const judge = await damageJudge(source, openTags(source, 'a.mp3', options), 'a.mp3')
  assert.equal(await judge(edited(source, 'a.mp3')), null)
  assert.match((await judge(bufferSource(Buffer.alloc(4000)))) ?? '', /independent reader/)
})
