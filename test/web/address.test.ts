import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Address, formatAddress, panes, parseAddress } from '../../src/web/model/address.ts'

const at = (folder: string, selected: string[] = [], rest: Partial<Address> = {}): Address => ({
  folder,
  recursive: false,
  selected,
  pane: 'tracks',
  ...rest,
})

test('the root with nothing chosen is a bare mark', () => {
  assert.equal(formatAddress(at('')), '#')
  assert.deepEqual(parseAddress(''), at(''))
})

test('an address reads like the path it stands for', () => {
  assert.equal(formatAddress(at('A/B', ['A/B/1.mp3'])), '#A/B?pick=1.mp3')
})

test('any folder and any choice come back from their address', () => {
  const name = fc
    .string({ unit: 'grapheme-composite', minLength: 1 })
    .map(text => text.replaceAll('/', '_'))
    .filter(text => text.isWellFormed())
  const place = fc.record({
    folder: fc.array(name, { maxLength: 4 }).map(parts => parts.join('/')),
    names: fc.array(name, { maxLength: 5 }),
    recursive: fc.boolean(),
    pane: fc.constantFrom(...panes),
  })
  fc.assert(
    fc.property(place, ({ folder, names, recursive, pane }) => {
      const selected = names.map(text => (folder === '' ? text : `${folder}/${text}`))
      const address = { folder, recursive, selected, pane }
      assert.deepEqual(parseAddress(formatAddress(address)), address)
    }),
  )
})

test('private-use code points, percent signs, marks and hashes survive', () => {
  const folder = '100%/#1?/\uE0FF\u{F0080}'
  assert.equal(parseAddress(formatAddress(at(folder))).folder, folder)
})

test('a stray percent sign typed by hand is taken as it is', () => {
  assert.equal(parseAddress('#100%').folder, '100%')
})

test('a choice too large for an address is left out of it', () => {
  const selected = Array.from({ length: 500 }, (_, i) => `${i}.mp3`)
  assert.equal(formatAddress(at('', selected)), '#')
})
