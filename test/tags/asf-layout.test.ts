import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseBuffer } from 'music-metadata'
import { CodedError } from '../../src/errors.ts'
import { bufferSource } from '../../src/files/source.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { type AsfSpec, data, guid, guids, le, makeAsf, object, parseAsf, wide } from './make-asf.ts'
import { fieldsOf, options, patch, set } from './patching.ts'

const wma = 'a.wma'
const texts: AsfSpec = { content: ['Title', 'Artist', '', '', ''], extended: [], metadata: [], library: [] }
const long = { title: ['A title that is a good deal longer than the old one'] }
const opening = (file: Uint8Array) => () => openTags(bufferSource(file), wma, options)

describe('sizes of an ASF header', () => {
  test('padding absorbs an edit: the file keeps its length and the data its place', () => {
    for (const spec of [{ padding: 400 }, { extensionPadding: 400 }, { padding: 200, extensionPadding: 200 }]) {
      const before = makeAsf({ ...texts, ...spec })
      const after = set(before, wma, long)
      assert.equal(after.length, before.length)
      assert.equal(parseAsf(after).padding, 400 - (long.title[0] as string).length * 2 + 10)
      assert.equal(parseAsf(after).fileSize, after.length)
      assert.ok(parseAsf(after).rest.equals(parseAsf(before).rest))
    }
  })

  test('padding stays where it was, in the header or in its extension', () => {
    const after = set(makeAsf({ ...texts, extensionPadding: 400 }), wma, long)
    assert.deepEqual(
      parseAsf(after).extension.map(({ id }) => id),
      ['compatibility', 'metadata', 'padding', 'library'],
    )
  })

  test('an edit in place writes little more than what it changes', () => {
    const { splices } = patch(makeAsf({ ...texts, padding: 4000 }), wma, long)
    assert.ok(splices.reduce((sum, splice) => sum + splice.insert.length, 0) < 300)
  })

  test('a header that outgrows its padding gets new padding, and the second edit is in place', () => {
    for (const padding of [0, 24, 60]) {
      const before = makeAsf({ ...texts, padding })
      const after = set(before, wma, long)
      assert.equal(parseAsf(after).padding, 4096)
      assert.equal(parseAsf(after).fileSize, after.length)
      assert.ok(parseAsf(after).rest.equals(parseAsf(before).rest))
      const again = set(after, wma, { artist: ['Another, much longer artist', 'and a second one'] })
      assert.equal(again.length, after.length)
    }
  })

  test('whatever an edit leaves of the padding, sizes and counts fit', () => {
    for (let padding = 24; padding < 90; padding++) {
      const after = set(makeAsf({ ...texts, padding }), wma, { title: ['Title, 20 bytes more'] })
      const { fileSize, objects } = parseAsf(after)
      assert.equal(fileSize, after.length, `${padding} bytes of padding`)
      if (padding === 30) assert.ok(!objects.some(({ id }) => id === 'padding'), 'used up to the last byte')
    }
  })

  test('a header that shrinks leaves padding, and a much smaller one gives the room back', () => {
    const before = makeAsf({ ...texts, extended: [{ name: 'WM/Lyrics', value: 'x'.repeat(3000) }] })
    const after = set(before, wma, { lyrics: [] })
    assert.equal(after.length, before.length)
    const large = makeAsf({ ...texts, library: [{ name: 'WM/Lyrics', value: 'x'.repeat(90_000) }] })
    const smaller = set(large, wma, { lyrics: [] })
    assert.equal(parseAsf(smaller).padding, 4096)
    assert.equal(parseAsf(smaller).fileSize, smaller.length)
  })

  test('objects that are missing are made, others keep their bytes and order', () => {
    const before = makeAsf({ content: null, extended: null, others: [object(guids.compatibility, Buffer.alloc(9, 4))] })
    const after = set(before, wma, { title: ['T'], artist: ['A', 'B'], album: ['C'] })
    const [old, now] = [parseAsf(before), parseAsf(after)]
    const kept = (raw: typeof old) =>
      raw.objects.filter(({ id }) => ['streamProperties', 'compatibility'].includes(id)).map(({ body }) => body)
    assert.deepEqual(kept(now), kept(old))
    assert.deepEqual(
      now.objects.map(({ id }) => id),
      ['fileProperties', 'streamProperties', 'content', 'extended', 'extension', 'compatibility', 'padding'],
    )
    assert.deepEqual(
      now.extension.map(({ id }) => id),
      ['compatibility', 'library'],
    )
  })

  test('a claim of the file size that was never true is moved with the file, and one of nothing stays', () => {
    const cut = makeAsf({ ...texts, claimedSize: 1_000_000 })
    const after = set(cut, wma, long)
    assert.equal(parseAsf(after).fileSize, 1_000_000 + after.length - cut.length)
    const live = set(makeAsf({ ...texts, claimedSize: 0, padding: 0 }), wma, long)
    assert.equal(parseAsf(live).fileSize, 0)
  })

  test('remains of an older header before the data stay, with a warning', () => {
    const remains = Buffer.from('remains of an older header')
    const before = makeAsf({ ...texts, remains })
    assert.equal(openTags(bufferSource(before), wma, options).warnings.length, 1)
    const { rest } = parseAsf(set(before, wma, long))
    assert.ok(rest.subarray(0, remains.length).equals(remains))
    assert.ok(rest.subarray(remains.length, remains.length + data.length).equals(data))
  })

  test('bytes behind the last object or attribute stay', () => {
    const loose = Buffer.concat([le(2, 4), le(2, 0), le(2, 0), le(2, 0), le(2, 0), wide('T'), Buffer.from('loose')])
    const before = makeAsf({ content: null, others: [object(guids.content, loose)], padding: 300 })
    const { bytes } = patch(before, wma, long)
    assert.ok(bytes.includes(Buffer.from('loose')))
    assert.deepEqual(fieldsOf(bytes, wma).get('title'), long.title)
  })

  test('music-metadata reads what was written', async () => {
    const after = set(makeAsf(), wma, { title: ['T'], artist: ['A', 'B'], tracknumber: ['3'], totaltracks: ['9'] })
    const { common, format } = await parseBuffer(after, 'audio/x-ms-asf')
    assert.deepEqual([common.title, common.artists, common.track], ['T', ['A', 'B'], { no: 3, of: 9 }])
    assert.equal(format.sampleRate, 44100)
  })
})

describe('an ASF file that cannot be edited without risk', () => {
  const refusedWith = (code: string, file: Uint8Array) =>
    assert.throws(opening(file), (error: unknown) => error instanceof CodedError && error.code === code)
  const at = (file: Buffer, id: string): number => file.indexOf(guid(id))
  const lying = (offset: (file: Buffer) => number, value: Buffer): Buffer => {
    const file = makeAsf({
      content: ['T', 'A', '', '', ''],
      extended: [{ name: 'N', value: 'v' }],
      library: [{ name: 'N', value: 'v' }],
      padding: 100,
    })
    value.copy(file, offset(file))
    return file
  }

  test('sizes of objects that leave their parents are refused', () => {
    for (const size of [0n, 23n, 1_000_000n, 2n ** 40n, 2n ** 64n - 1n]) {
      refusedWith(
        'MALFORMED_FILE',
        lying(() => 16, le(8, size)),
      )
      for (const id of [guids.content, guids.extended, guids.library, guids.padding, guids.fileProperties]) {
        refusedWith(
          'MALFORMED_FILE',
          lying(file => at(file, id) + 16, le(8, size)),
        )
      }
    }
    refusedWith(
      'MALFORMED_FILE',
      lying(file => at(file, guids.extension) + 42, le(4, 0xffffffff)),
    )
    refusedWith(
      'MALFORMED_FILE',
      lying(() => 24, le(4, 1_000_000)),
    )
  })

  test('lengths and counts of attributes that leave their object are refused', () => {
    for (const [id, offset, size] of [
      [guids.content, 24, 2],
      [guids.extended, 24, 2],
      [guids.extended, 26, 2],
      [guids.library, 24, 2],
      [guids.library, 30, 2],
      [guids.library, 34, 4],
    ] as const) {
      refusedWith(
        'MALFORMED_FILE',
        lying(file => at(file, id) + offset, le(size, 0xfff0)),
      )
    }
  })

  test('a file that is cut off, has no audio or is something else is refused', () => {
    const file = makeAsf(texts)
    for (const length of [1, 16, 29, 30, 100, parseAsf(file).rest.byteOffset - file.byteOffset]) {
      refusedWith('MALFORMED_FILE', file.subarray(0, length))
    }
    refusedWith('MALFORMED_FILE', Buffer.alloc(5000))
    refusedWith('MALFORMED_FILE', Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x0a'), Buffer.alloc(10), file]))
  })

  test('a signed header is left alone', () => {
    refusedWith('UNSUPPORTED_CONTAINER', makeAsf({ ...texts, others: [object(guids.signature, Buffer.alloc(20))] }))
  })

  test('twice the file properties or the extension is refused', () => {
    for (const id of [guids.fileProperties, guids.extension]) {
      const inner = id === guids.extension ? [guid(guids.reserved), le(2, 6), le(4, 0)] : [Buffer.alloc(80)]
      refusedWith('MALFORMED_FILE', makeAsf({ ...texts, others: [object(id, ...inner)] }))
    }
  })

  test('thousands of objects and texts of nothing but NULs cost little', () => {
    const many = Array.from({ length: 10_001 }, () => object(guids.compatibility))
    refusedWith('MALFORMED_FILE', makeAsf({ others: many }))
    const nuls = makeAsf({ library: [{ name: 'N', value: `${'\0'.repeat(2_000_000)}x` }] })
    assert.deepEqual(fieldsOf(nuls, wma).get('N'), ['x'])
    const same = Array.from({ length: 65_535 }, () => ({ name: 'N', value: 'v' }))
    assert.equal(fieldsOf(makeAsf({ extended: same }), wma).get('N')?.length, 65_535)
    const full = patch(makeAsf({ library: same, extended: [] }), wma, { M: ['a', 'b'] })
    assert.equal(full.refused[0]?.code, 'VALUE_UNSUPPORTED')
  })
})
