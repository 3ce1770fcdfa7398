import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CodedError } from '../../src/errors.ts'
import { bufferSource } from '../../src/files/source.ts'
import { segmentsOf } from '../../src/files/splice.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { makePng } from '../make-audio.ts'
import * as mp4 from './make-mp4.ts'
import { allPlayed, atom, be, find, free, ilst, makeMp4, meta, played, text, udta, wideAtom } from './make-mp4.ts'
import { fieldsOf, newPicture, options, patch, picturesOf, set } from './patching.ts'

const name = 'a.m4a'
const long = 'A title that is longer than what is free. '.repeat(100)
const titled = (...beside: Uint8Array[]): Buffer => udta(meta(ilst(text('©nam', 'Old')), ...beside))

/** The file with a new title, which must be read back and play as before. */
function retitled(file: Buffer, title: string): Buffer {
  const after = set(file, name, { title: [title] })
  assert.deepEqual(fieldsOf(after, name).get('title'), [title])
  assert.equal(played(after), played(file))
  return after
}

const inPlace = (file: Buffer, title: string): boolean =>
  segmentsOf(bufferSource(file), patch(file, name, { title: [title] }).splices, 1 << 20) !== null

const opened = (file: Uint8Array) => openTags(bufferSource(file), name, options)

function refused(act: () => unknown, code: string, reason: RegExp): void {
  assert.throws(act, error => error instanceof CodedError && error.code === code && reason.test(error.message))
}

describe('where the tags of an MP4 file go', () => {
  test('the index may stand before or behind the data, with sizes and offsets of 32 or 64 bits', () => {
    for (const last of [false, true]) {
      for (const wideSizes of [false, true]) {
        for (const wide of [false, true]) {
          const file = makeMp4({ tags: titled(), last, wideSizes, wide })
          assert.equal(played(retitled(file, long)), allPlayed)
        }
      }
    }
  })

  test('a file without tags gets the atoms that are missing, and padding for the next edit', () => {
    for (const tags of [undefined, udta(), udta(meta()), udta(meta(free(40)))]) {
      for (const last of [false, true]) {
        const after = retitled(makeMp4({ ...(tags && { tags }), last }), long)
        assert.match(find(after, 'moov/udta/meta/hdlr')?.bytes.toString('latin1') ?? '', /mdir/)
        assert.equal(retitled(after, `${long} and more`).length, after.length)
      }
    }
  })

  test('a meta of QuickTime gets the version and flags that readers of MP4 demand', () => {
    const quickTime = atom('meta', mp4.hdlr('mdir'), ilst(text('©nam', 'Old')), free(100))
    const file = makeMp4({ tags: udta(quickTime) })
    assert.deepEqual(fieldsOf(file, name).get('title'), ['Old'])
    const after = retitled(file, 'New')
    assert.equal(find(after, 'moov/udta/meta')?.body.readUInt32BE(0), 0)
    assert.equal(after.length, file.length)
  })

  test('other atoms stay byte for byte and in order', () => {
    const chapters = atom('chpl', Buffer.from('chapters'))
    const inMoov = atom('uuid', Buffer.from('in moov'))
    const file = makeMp4({
      tags: Buffer.concat([
        udta(atom('name', Buffer.from('x')), meta(ilst(text('©nam', 'Old')), atom('xtra')), chapters),
        inMoov,
      ]),
      between: Buffer.concat([atom('uuid', Buffer.from('between')), atom('wide')]),
      behind: atom('uuid', Buffer.from('behind')),
    })
    const after = retitled(file, long)
    const shape = (bytes: Buffer, path: string) => {
      const { offset, bytes: own, body } = find(bytes, path) as NonNullable<ReturnType<typeof find>>
      const start = offset + own.length - body.length + (path.endsWith('meta') ? 4 : 0)
      return mp4
        .atomsIn(bytes, start, offset + own.length)
        .map(({ type, bytes: raw }) => [type, raw.toString('latin1')])
    }
    const foreign = (list: string[][]) =>
      list.filter(([type = '']) => !['udta', 'meta', 'ilst', 'free', 'trak'].includes(type))
    for (const path of ['moov', 'moov/udta', 'moov/udta/meta']) {
      assert.deepEqual(foreign(shape(after, path)), foreign(shape(file, path)))
    }
    const top = (bytes: Buffer) =>
      mp4
        .atomsIn(bytes)
        .filter(({ type }) => type !== 'moov')
        .map(one => one.bytes)
    assert.deepEqual(top(after), top(file))
  })

  test('a new list stands before a meta of another kind, behind which some readers see nothing', () => {
    const keys = atom('meta', mp4.hdlr('mdta'), atom('keys', be(8, 0)), ilst())
    const after = retitled(makeMp4({ ahead: keys }), 'First')
    const types = mp4.atomsIn(find(after, 'moov')?.body ?? Buffer.alloc(0)).map(({ type }) => type)
    assert.deepEqual(types, ['mvhd', 'udta', 'meta', 'trak'])
  })

  test('of two udta the one with the list comes first, where most readers look', () => {
    const other = udta(atom('name', Buffer.from('x')))
    const after = retitled(makeMp4({ tags: Buffer.concat([other, titled()]) }), 'New')
    const all = mp4.atomsIn(find(after, 'moov')?.body ?? Buffer.alloc(0)).filter(({ type }) => type === 'udta')
    assert.equal(all.length, 2)
    assert.ok(all[1]?.bytes.equals(other))
  })

  test('of two lists the first is edited, with a warning', () => {
    const second = udta(meta(ilst(text('©nam', 'Second'))))
    const file = makeMp4({ tags: Buffer.concat([titled(), second]) })
    assert.match(opened(file).warnings.join(), /several lists/)
    assert.ok(retitled(file, 'New').includes(second))
  })
})

describe('padding of an MP4 file', () => {
  const places: Record<string, (length: number) => Buffer> = {
    'behind the list': n => makeMp4({ tags: titled(free(n)) }),
    'before the list': n => makeMp4({ tags: udta(meta(free(n), ilst(text('©nam', 'Old')))) }),
    'behind meta': n => makeMp4({ tags: udta(meta(ilst(text('©nam', 'Old'))), free(n)) }),
    'behind udta': n => makeMp4({ tags: Buffer.concat([titled(), free(n)]) }),
    'behind moov': n => makeMp4({ tags: titled(), between: free(n, 'skip') }),
    'in several places': n =>
      makeMp4({
        tags: Buffer.concat([titled(free(n / 4)), free(n / 4)]),
        between: Buffer.concat([free(n / 4), free(n / 4)]),
      }),
  }
  for (const [place, make] of Object.entries(places)) {
    test(`${place} takes up a longer and a shorter title, so that nothing else moves`, () => {
      const file = make(200)
      for (const title of ['', 'x'.repeat(3), 'x'.repeat(10), 'x'.repeat(100), 'x'.repeat(150)]) {
        assert.ok(inPlace(file, `New ${title}`), title)
        const after = retitled(file, `New ${title}`)
        assert.equal(find(after, 'mdat')?.offset, find(file, 'mdat')?.offset)
        assert.ok(inPlace(after, 'Old'))
      }
    })
  }

  test('that is too small is left, and new is made beside the list', () => {
    const file = makeMp4({ tags: titled(), between: free(20) })
    const after = retitled(file, long)
    assert.equal(find(after, 'free')?.bytes.length, 20)
    assert.ok(inPlace(after, `${long} and more`))
  })

  test('every length of title fits, also those that leave less than an atom', () => {
    const file = makeMp4({ tags: titled(free(24)), between: free(16) })
    for (let n = 0; n < 60; n++) retitled(file, 'x'.repeat(n + 1))
  })

  test('keeps the bytes that an older tag left in it', () => {
    const file = makeMp4({ tags: titled(free(200)) })
    assert.ok(patch(file, name, { title: ['Old!'] }).splices.every(({ insert }) => insert.length < 60))
  })

  test('in which samples are said to be is none', () => {
    const file = makeMp4({ tags: titled(), between: free(300), shift: -300 })
    const after = retitled(file, 'x'.repeat(100))
    assert.equal(find(after, 'free')?.bytes.length, 300)
  })

  test('of a removed cover goes where it is much', () => {
    const cover = Buffer.concat([makePng(2), Buffer.alloc(100_000)])
    const list = ilst(text('©nam', 'Old'), atom('covr', mp4.data(14, cover)))
    const file = makeMp4({ tags: udta(meta(list)) })
    const { bytes } = patch(file, name, {}, { removed: picturesOf(file, name) })
    assert.ok(bytes.length < 5000)
    assert.equal(played(bytes), allPlayed)
    const small = patch(file, name, {}, { removed: picturesOf(file, name), added: [newPicture(makePng(9))] })
    assert.equal(played(small.bytes), allPlayed)
  })
})

describe('data that has to move', () => {
  test('takes the offsets behind the index along, and no others', () => {
    const before = makeMp4({ tags: titled(), last: true })
    assert.equal(played(retitled(before, long)), allPlayed)
    const astray = makeMp4({ tags: titled(), shift: 1 << 20 })
    const [a, b] = [astray, set(astray, name, { title: [long] })].map(file => ({
      first: find(file, 'moov/trak/mdia/minf/stbl/stco')?.body.readUInt32BE(8) ?? 0,
      data: find(file, 'mdat')?.offset ?? 0,
    }))
    assert.equal((b?.first ?? 0) - (b?.data ?? 0), (a?.first ?? 0) - (a?.data ?? 0))
  })

  test('is refused where a 32-bit offset cannot say where to', () => {
    const file = makeMp4({ tags: titled(free(100)), shift: 0xffffffff - 2000 })
    refused(() => patch(file, name, { title: [long] }), 'VALUE_UNSUPPORTED', /4 GiB/)
    assert.ok(inPlace(file, 'Short'))
  })

  test('is refused where other tables point at it, or it is in another file', () => {
    const specs = [
      { table: atom('saio', be(8, 0)) },
      { reference: atom('url ', be(4, 0), Buffer.from('file://elsewhere\0')) },
      { behind: atom('meta', be(4, 0), mp4.hdlr('pict'), atom('iloc', be(8, 0))) },
    ]
    for (const spec of specs) {
      const file = makeMp4({ ...spec, tags: titled(free(100)) })
      refused(() => patch(file, name, { title: [long] }), 'UNSUPPORTED_CONTAINER', /does not allow it to be moved/)
      assert.ok(inPlace(file, 'Short'))
    }
  })

  test('is refused where a table of offsets lies', () => {
    const file = makeMp4({ tags: titled() })
    const table = find(file, 'moov/trak/mdia/minf/stbl/stco')
    table?.body.writeUInt32BE(5000, 4)
    refused(() => patch(file, name, { title: [long] }), 'MALFORMED_FILE', /table of its samples/)
  })
})

describe('MP4 files that are not whole', () => {
  test('data that is cut short, or bytes behind it, are a warning', () => {
    const whole = makeMp4({ tags: titled() })
    for (const file of [whole.subarray(0, -50), Buffer.concat([whole, Buffer.from('TAGxxxxxxxxxxxx')])]) {
      assert.match(opened(file).warnings.join(), /cut short/)
      const after = set(file, name, { title: [long] })
      assert.equal(played(after), played(file))
    }
  })

  test('data of size 0 runs to the end of the file', () => {
    const file = makeMp4({ tags: titled() })
    find(file, 'mdat')?.bytes.writeUInt32BE(0)
    assert.deepEqual(opened(file).warnings, [])
    assert.equal(played(retitled(file, long)), allPlayed)
  })

  test('fragments are refused', () => {
    for (const type of ['moof', 'sidx', 'mfra', 'styp']) {
      const file = makeMp4({ tags: titled(), between: atom(type, be(8, 0)) })
      refused(() => opened(file), 'UNSUPPORTED_CONTAINER', /fragmented/)
    }
  })

  test('a file without index, with two, with a compressed one, or without track is refused', () => {
    const moov = find(makeMp4(), 'moov')?.bytes ?? Buffer.alloc(0)
    const ftyp = atom('ftyp', Buffer.from('M4A mp42'))
    refused(() => opened(ftyp), 'MALFORMED_FILE', /was not found/)
    refused(() => opened(makeMp4({ last: true }).subarray(0, -20)), 'MALFORMED_FILE', /was not found/)
    refused(() => opened(Buffer.concat([ftyp, moov, moov])), 'MALFORMED_FILE', /two indexes/)
    refused(() => opened(Buffer.concat([ftyp, atom('moov', atom('cmov'))])), 'UNSUPPORTED_CONTAINER', /compressed/)
    refused(() => opened(Buffer.concat([ftyp, atom('moov', udta())])), 'MALFORMED_FILE', /no track/)
    refused(
      () => opened(Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), ftyp, moov])),
      'MALFORMED_FILE',
      /in front/,
    )
  })

  test('tags in QuickTime keys are refused', () => {
    const keyed = udta(atom('meta', be(4, 0), mp4.hdlr('mdta'), atom('keys', be(8, 0)), ilst()))
    refused(() => opened(makeMp4({ tags: keyed })), 'UNSUPPORTED_CONTAINER', /QuickTime metadata keys/)
  })

  test('a size that does not fit its parent is refused, whoever claims it', () => {
    for (const path of [
      'moov/udta',
      'moov/udta/meta',
      'moov/udta/meta/ilst',
      'moov/udta/meta/ilst/©nam',
      'moov/trak',
    ]) {
      for (const wrong of [-9, -1, 1, 9, 0x7fffffff]) {
        const file = makeMp4({ tags: titled() })
        const bytes = find(file, path)?.bytes
        bytes?.writeUInt32BE((bytes.readUInt32BE(0) + wrong) >>> 0, 0)
        refused(() => opened(file), 'MALFORMED_FILE', /do not fit together/)
      }
    }
  })

  test('a 64-bit size beyond all files is refused', () => {
    const file = Buffer.concat([atom('ftyp', Buffer.from('M4A mp42')), wideAtom('moov')])
    file.writeUInt32BE(0xffffffff, file.length - 8)
    refused(() => opened(file), 'MALFORMED_FILE', /larger than any file/)
  })

  test('atoms without end cost no more than a moment', () => {
    const many = Buffer.alloc(8 * 70_000)
    for (let at = 0; at < many.length; at += 8) many.write('\0\0\0\x08free', at, 'latin1')
    refused(() => opened(makeMp4({ tags: many })), 'MALFORMED_FILE', /more than 65536 atoms/)
    const parts = Array.from({ length: 3 }, () => atom('©nam', many.subarray(0, 8 * 30_000)))
    refused(() => opened(makeMp4({ tags: udta(meta(ilst(...parts))) })), 'MALFORMED_FILE', /values/)
  })
})
