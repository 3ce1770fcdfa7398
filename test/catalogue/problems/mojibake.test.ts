import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repairs } from '../../../src/catalogue/problems/mojibake.ts'
import { album, found, mended } from './library.ts'

/** The bytes of a text in a code page, by asking the decoder about each. */
function bytesIn(page: string, text: string): Buffer {
  const decoder = new TextDecoder(page)
  const bytes = new Map<string, number[]>()
  const learn = (list: number[]) => {
    const letter = decoder.decode(Uint8Array.from(list))
    if ([...letter].length === 1 && letter !== '\ufffd' && !bytes.has(letter)) bytes.set(letter, list)
  }
  for (let lead = 128; lead < 256; lead++) {
    learn([lead])
    for (let trail = 0x40; trail < 256; trail++) learn([lead, trail])
  }
  return Buffer.from(
    [...text].flatMap(letter => (letter < '\x80' ? letter.charCodeAt(0) : (bytes.get(letter) ?? 0x3f))),
  )
}

const readings = { 'Latin-1': 'latin1', 'Windows-1252': 'windows-1252' } as const
const readAs = (bytes: Buffer, as: string) =>
  as === 'latin1' ? bytes.toString('latin1') : new TextDecoder(as).decode(bytes)

// biome-ignore format: a page a line
const written: [page: string, ...texts: string[]][] = [
  ['windows-1251', 'Кино', 'Группа крови', 'Звезда по имени Солнце'],
  ['windows-1251', 'Кино'],
  ['windows-1251', 'ДДТ', 'Осень'],
  ['koi8-r', 'Аквариум', 'Город золотой'],
  ['ibm866', 'Алиса', 'Трасса Е-95'],
  ['windows-1253', 'Μίκης Θεοδωράκης', 'Ζορμπάς'],
  ['windows-1255', 'שלום חנוך', 'מחכים למשיח'],
  ['windows-1256', 'فيروز', 'أعطني الناي'],
  ['windows-874', 'คาราบาว', 'เมดอินไทยแลนด์'],
  ['windows-1250', 'Antonín Dvořák', 'Příběh', 'Věra Bílá'],
  ['windows-1250', 'Czesław Niemen', 'Miłość', 'Dziwny jest ten świat'],
  ['windows-1250', 'Erdő', 'Holdfényű éj', 'szőlő', 'örökké'],
  ['iso-8859-2', 'Miłość', 'świąt', 'Wyśpiewać'],
  ['windows-1254', 'Barış Manço', 'Dağlar dağlar', 'Aşk'],
  ['shift_jis', '椎名林檎', 'ギブス'],
  ['shift_jis', 'いきものがかり - ありがとう'],
  ['euc-jp', '宇多田ヒカル', '初恋'],
  ['gbk', '周杰伦', '青花瓷'],
  ['gbk', '邓丽君', '月亮代表我的心'],
  ['big5', '鄧麗君', '月亮代表我的心'],
  ['euc-kr', '방탄소년단', '봄날'],
  ['euc-kr', '서태지와 아이들', '난 알아요'],
]

for (const [page, ...texts] of written) {
  for (const [name, as] of Object.entries(readings)) {
    test(`${texts.join(', ')}: ${page} read as ${name} is repaired`, () => {
      const wrong = texts.map(text => readAs(bytesIn(page, text), as))
      const repaired = repairs(wrong)
      assert.deepEqual(
        wrong.map(text => repaired.get(text) ?? text),
        texts,
      )
    })
  }
}

for (const text of [
  'Björk',
  'Кино',
  '椎名林檎',
  'Ångström',
  'à la carte',
  'Don’t',
  'Sigur Rós – Ágætis',
  '방탄소년단',
  '🎵 Song',
  'Tiếng Việt',
]) {
  for (const [name, as] of Object.entries(readings)) {
    test(`${text}: UTF-8 read as ${name}, once and twice over, is repaired`, () => {
      const once = readAs(Buffer.from(text), as)
      const twice = readAs(Buffer.from(once), as)
      assert.deepEqual([repairs([once]).get(once), repairs([twice]).get(twice)], [text, text])
    })
  }
}

test('UTF-8 read as Windows-1251 is repaired', () => {
  const wrong = new TextDecoder('windows-1251').decode(Buffer.from('Группа крови'))
  assert.equal(repairs([wrong]).get(wrong), 'Группа крови')
})

test('quotes of Windows that became control characters are repaired', () => {
  assert.equal(repairs(['Don\x92t Stop']).get('Don\x92t Stop'), 'Don’t Stop')
})

// biome-ignore format: words
const right = [
  'Motörhead', 'Björk', 'Sigur Rós', 'Ænima', 'naïve café', 'Mötley Crüe', 'Škoda', '¿Qué?', '¡Adiós!', 'ÆØÅ', 'ÅÄÖ', 'Åäö äöå', 'ÄÖÜäöü',
  'Þýðing', 'Ágætis byrjun', 'Ég anda', 'Óþýð', 'Óðæði', 'Þursaflokkurinn', 'ÞÝSKALAND', 'Ó, ÞÚ', 'ÍSLAND', 'Ýmir', 'Føroyar løgtíngið', 'Týr',
  'Beyoncé', 'BEYONCÉ', 'OLÉ…', 'CAFÉ “LIVE”', 'IRMÃ…', 'Zoé', 'Été 67', 'Françoise Hardy', 'Renée', 'L’Été indien', 'Œuvre', 'aïe aïe', 'Où es-tu',
  'São Paulo', 'NÃO', 'IRMÃO', 'Coração', 'Señor Coconut', 'Güiro', 'Iñaki', 'Die Ärzte', 'Für Elise', 'Blümchen', 'Røyksopp', 'Blåbær', 'Årabrot',
  'Hääyöaie', 'Jää-äär', 'Öö', 'Sõna', 'kõik õunad', 'Città vuota', 'lunedì così', 'Rìgh Mòr', 'Gàidhlig', 'A’ mhùsg', 'Dúné', 'Tiësto',
  'x² + y³', 'm³', '№ 5', 'Don’t Stop', 'Rock ’n’ Roll', '“Heroes”', 'Live – 1999', '50 ¢', 'Pt. ½', '20°', '©2003', 'A·B', '100 %', 'Song™',
  'Dvořák', 'Leoš Janáček', 'Žluťoučký kůň', 'Erdő', 'Miłość', 'Işık', 'Лариса', 'Кино', 'Сірко', 'Ωmega', '椎名林檎', '周杰伦', '방탄소년단', 'ハハ', 'فيروز',
]

test('what is right is left alone, each by itself', () => {
  for (const text of right) assert.deepEqual([...repairs([text])], [], text)
})

test('what is right is left alone, all in one album', () => {
  assert.deepEqual([...repairs(right)], [])
})

test('mojibake: the one track of an album, in all of its fields, and a name beside it that is right stays', () => {
  const tracks = album('Artist/Album', n =>
    n === 2 ? { title: 'Ãðóïïà êðîâè', artist: ['Êèíî', 'Motörhead'] } : { title: 'Für Elise' },
  )
  assert.deepEqual(found('mojibake', tracks), {
    'Artist/Album/02 Title 2.flac': ['title = Группа крови', 'artist = Кино | Motörhead'],
  })
  assert.deepEqual(found('mojibake', mended('mojibake', tracks)), {})
})
