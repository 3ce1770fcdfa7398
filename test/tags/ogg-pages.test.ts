import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { assertSound, comments, opus, packetsIn, pagesIn, speex, stream, vorbis } from './make-ogg.ts'
import { fieldsOf, newPicture, patch, set } from './patching.ts'

const name = 'a.ogg'
/** A Vorbis file whose comment packet has exactly `length` bytes without padding, on pages of `size` lacing values. */
const withComment = (length: number, size = 255): Buffer => {
  const bare = vorbis.comment(['TITLE=']).length
  return Buffer.concat(
    stream(vorbis.identification, [[vorbis.comment([`TITLE=${'t'.repeat(length - bare)}`]), vorbis.setup]], { size }),
  )
}
const setup = (file: Buffer) => packetsIn(file)[2]

describe('pages of headers', () => {
  test('a packet of any length, at and around the ends of lacing values and pages, is read and edited', () => {
    for (const length of [254, 255, 256, 509, 510, 511, 255 * 4 - 1, 255 * 4, 255 * 4 + 1, 255 * 8, 65_024, 65_025]) {
      for (const size of [1, 2, 4, 255]) {
        const file = withComment(length, size)
        for (const title of ['x', 'y'.repeat(length), 'z'.repeat(length + 255), 'w'.repeat(3000)]) {
          const after = set(file, name, { title: [title] })
          assertSound(after)
          assert.deepEqual(fieldsOf(after, name).get('title'), [title])
          assert.ok(setup(after)?.bytes.equals(vorbis.setup))
        }
      }
    }
  })

  test('sound starts on a page of its own, and the page of the setup header says position zero', () => {
    const file = withComment(300)
    const { bytes } = patch(file, name, {}, { added: [newPicture(Buffer.alloc(120_000, 1))] })
    const end = setup(bytes)
    assert.equal(end?.page.granule, 0n)
    assert.equal(end?.page.lacing.at(-1), vorbis.setup.length % 255)
  })

  test('a packet grows up to 65,025 bytes on one page without another page', () => {
    const file = Buffer.concat(stream(opus.identification, [[opus.comment(['TITLE=T'])]]))
    const after = set(file, name, { title: ['T'.repeat(64_500)] })
    assert.equal(pagesIn(after).length, pagesIn(file).length)
    assert.ok(after.subarray(-1000).equals(file.subarray(-1000)))
    assert.equal(pagesIn(set(file, name, { title: ['T'.repeat(65_025)] })).length, pagesIn(file).length + 1)
  })

  test('a packet that shrinks keeps its pages, so that no other page changes', () => {
    const file = withComment(200_000, 16)
    const after = set(file, name, { title: ['short'] })
    assert.equal(pagesIn(after).length, pagesIn(file).length)
    assert.ok(after.length < file.length - 100_000)
    assert.ok(after.subarray(-1600).equals(file.subarray(-1600)))
    assertSound(after)
  })

  test('a setup header that spans pages stays on them', () => {
    const file = withComment(300, 6)
    const after = set(file, name, { title: ['other'] })
    assert.equal(after.length, file.length)
    const same = pagesIn(after).filter((page, i) => page.bytes.equals(pagesIn(file)[i]?.bytes ?? Buffer.alloc(0)))
    assert.equal(same.length, pagesIn(file).length - 1)
    const grown = set(file, name, { title: ['T'.repeat(5000)] })
    assertSound(grown)
    assert.ok(setup(grown)?.bytes.equals(vorbis.setup))
  })

  test('sound that stands on the page of the comments, against the rules, keeps its page and position', () => {
    const packets = [speex.comment(['TITLE=T']), Buffer.alloc(700, 3), Buffer.alloc(20, 4)]
    const pages = stream(speex.identification, [packets])
    const page = Buffer.from(pages[1] as Buffer)
    page.writeBigInt64LE(640n, 6)
    const file = Buffer.concat([pages[0] as Buffer, page, ...pages.slice(2)])
    for (const title of ['x', 'y'.repeat(70_000)]) {
      const after = set(file, name, { title: [title] })
      const [, , one, two] = packetsIn(after)
      assert.deepEqual([one?.bytes, two?.bytes], packets.slice(1))
      assert.equal(one?.page.granule, 640n)
      assert.equal(one?.page.offset, two?.page.offset)
    }
  })

  test('files of any layout stay sound through any edits', async () => {
    const edit = fc.oneof(
      fc.integer({ min: 0, max: 3000 }),
      fc.integer({ min: 60_000, max: 70_000 }),
      fc.constantFrom(255, 510, 150_000),
    )
    await fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 9000 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 4000 }),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (length, size, padding, edits) => {
          const packets = [[vorbis.comment([`TITLE=${'t'.repeat(length)}`], padding), vorbis.setup]]
          const original = Buffer.concat(stream(vorbis.identification, packets, { size }))
          let file: Buffer = original
          for (const n of edits) {
            file = set(file, name, { title: [`T${'x'.repeat(n)}`] })
            assertSound(file)
          }
          const without = (of: Buffer) => packetsIn(of).flatMap(({ bytes }, i) => (i === 1 ? [] : [bytes]))
          assert.deepEqual(without(file), without(original))
        },
      ),
      { numRuns: 300, seed: 5 },
    )
  })

  test('comments of nothing at all take their first field', () => {
    for (const packet of [comments([]), comments([], '')]) {
      const file = Buffer.concat(stream(speex.identification, [[packet]]))
      assert.deepEqual([...fieldsOf(set(file, name, { title: ['First'] }), name)], [['title', ['First']]])
    }
  })
})
