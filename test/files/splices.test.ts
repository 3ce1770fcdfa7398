import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { bufferSource } from '../../src/files/source.ts'
import {
  decodeSplices,
  encodeSplices,
  inverse,
  type Piece,
  piecesBytes,
  type Splice,
  segmentsOf,
  splicedPieces,
  splicedSize,
  splicedSource,
  splicesFor,
} from '../../src/files/splice.ts'

/** Bytes, and splices that fit them and do not overlap. Few different bytes, so that old and new often agree. */
const spliced = fc.uint8Array({ max: 3, maxLength: 60 }).chain(bytes =>
  fc.array(fc.tuple(fc.nat(8), fc.nat(8), fc.uint8Array({ max: 3, maxLength: 10 })), { maxLength: 5 }).map(steps => {
    let at = 0
    const splices: Splice[] = []
    for (const [gap, remove, insert] of steps) {
      const offset = at + gap
      if (offset + remove > bytes.length) break
      splices.push({ offset, remove, insert })
      at = offset + remove
    }
    return { bytes, splices }
  }),
)

/** What splices mean, said as simply as can be: from the last to the first. */
function applied(bytes: Uint8Array, splices: readonly Splice[]): number[] {
  const result = [...bytes]
  for (const { offset, remove, insert } of splices.toReversed()) result.splice(offset, remove, ...insert)
  return result
}

test('the pieces, the source and the size of a spliced file agree with what splices mean', async () => {
  await fc.assert(
    fc.property(spliced, fc.nat(), fc.nat(), ({ bytes, splices }, from, length) => {
      const source = bufferSource(bytes)
      const after = applied(bytes, splices)
      assert.deepEqual([...piecesBytes(source, splicedPieces(bytes.length, splices))], after)
      assert.equal(splicedSize(bytes.length, splices), after.length)
      const view = splicedSource(source, splices)
      const start = from % (after.length + 1)
      const end = start + (length % (after.length - start + 1))
      assert.deepEqual([...view.read(start, end - start)], after.slice(start, end))
    }),
  )
})

test('the inverse of splices gives the bytes back', async () => {
  await fc.assert(
    fc.property(spliced, ({ bytes, splices }) => {
      const after = Uint8Array.from(applied(bytes, splices))
      assert.deepEqual(applied(after, inverse(bufferSource(bytes), splices)), [...bytes])
    }),
  )
})

test('splices survive being stored', async () => {
  await fc.assert(
    fc.property(spliced, ({ splices }) => {
      const plain = (list: readonly Splice[]) => list.map(s => [s.offset, s.remove, [...s.insert]])
      assert.deepEqual(plain(decodeSplices(encodeSplices(splices))), plain(splices))
    }),
  )
})

test('segments written over a file make it the spliced one', async () => {
  await fc.assert(
    fc.property(spliced, ({ bytes, splices }) => {
      const after = applied(bytes, splices)
      const segments = segmentsOf(bufferSource(bytes), splices, 1000)
      if (after.length !== bytes.length) return assert.equal(segments, null)
      const written = Uint8Array.from(bytes)
      for (const { offset, before, after: fresh } of segments ?? []) {
        assert.deepEqual([...written.subarray(offset, offset + before.length)], [...before])
        written.set(fresh, offset)
      }
      assert.deepEqual([...written], after)
    }),
  )
})

test('the splices for a region and its pieces make the region those pieces, and touch nothing around it', async () => {
  const piece = fc.oneof(fc.record({ offset: fc.nat(39), length: fc.nat(10) }), fc.uint8Array({ max: 3, maxLength: 8 }))
  await fc.assert(
    fc.property(
      fc.uint8Array({ max: 3, minLength: 50, maxLength: 50 }),
      fc.array(piece, { maxLength: 6 }),
      (bytes, list) => {
        const source = bufferSource(bytes)
        const region = { offset: 5, length: 40 }
        const pieces: Piece[] = list
        const expected = [...bytes.subarray(0, 5), ...piecesBytes(source, pieces), ...bytes.subarray(45)]
        assert.deepEqual(applied(bytes, splicesFor(source, region, pieces)), expected)
      },
    ),
  )
})
