/*
 * Which code page bytes are in that were read as Latin-1 or Windows-1252. Every page has a small model of the texts that are written
 * in it: how likely its letters are (natural logarithms), and that words keep to one script and to the usual case. The page whose
 * reading of the bytes is likeliest is compared with the Western reading, in which accented letters stand alone among plain ones.
 */

const decoders = new Map<string, TextDecoder>()

/** The text of bytes in a code page of the Encoding standard; null where they are none. */
export function decoded(bytes: Uint8Array, page: string): string | null {
  let decoder = decoders.get(page)
  if (!decoder) {
    decoder = new TextDecoder(page, { fatal: true, ignoreBOM: true })
    decoders.set(page, decoder)
  }
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** The byte that each letter above ASCII was in a page. */
function bytesOfPage(page: string): ReadonlyMap<string, number> {
  return new Map(
    Array.from({ length: 128 }, (_, i) => [decoded(Uint8Array.of(i + 128), page) ?? '', i + 128] as const).filter(
      ([letter]) => letter !== '',
    ),
  )
}

const pageBytes = new Map<string, ReadonlyMap<string, number>>()

/** The bytes that a text was before it was read in a page; null where no bytes read so. Letters below U+0100 that the page has not are bytes as they are. */
export function encoded(text: string, page: 'windows-1252' | 'windows-1251'): Uint8Array | null {
  let map = pageBytes.get(page)
  if (!map) {
    map = bytesOfPage(page)
    pageBytes.set(page, map)
  }
  const bytes = new Uint8Array(text.length)
  let at = 0
  for (const letter of text) {
    const code = letter.codePointAt(0) as number
    const byte = code < 128 ? code : (map.get(letter) ?? (page === 'windows-1252' && code < 256 ? code : undefined))
    if (byte === undefined) return null
    bytes[at++] = byte
  }
  return bytes.subarray(0, at)
}

const plain = Math.log(0.04)
const unlikely = -20
const typographic = -6
const punctuation = /[\u00a0«»“”„‘’‚…–—№·©®™、。・「」『』！？：（）～　，．]/
const asciiLetter = /[a-z]/i

/** How Western a text reads. */
export function westernScore(text: string): number {
  const letters = [...text]
  let score = 0
  for (const [i, letter] of letters.entries()) {
    if (letter < '\x80') {
      score += plain
      continue
    }
    const around = (letters[i - 1] ?? ' ') + (letters[i + 1] ?? ' ')
    if (letter <= '\x9f') score -= 14
    else if (isWesternLetter(letter)) score -= [...around].some(isWesternLetter) ? 7 : 4
    else if (/[‘’“”–—…™©®°«»¿¡·½²€£\u00a0]/.test(letter)) score -= letter !== '’' && /^\p{L}{2}$/u.test(around) ? 8 : 5
    else score -= 8
  }
  return score
}

const isWesternLetter = (letter: string): boolean =>
  (letter >= 'À' && letter <= 'ÿ' && letter !== '×' && letter !== '÷') || /[ŠšŽžŒœŸ]/.test(letter)

/** Whether a text has what Western texts hardly have: accented letters side by side, signs in the middle of words, controls. */
export function isOdd(text: string): boolean {
  return /[À-ÖØ-öø-ÿ\x80-\x9fŠšŽžŒœŸƒ¡-¿×÷†‡ˆ‰‹›•˜‚„€™–—‘’“”…]{2}|[\x80-\x9f¤¦¨¬¯±³´¶¸¹¼¾ƒ†‡ˆ‰‹›˜‚„]/.test(text)
}

interface Page {
  readonly page: string
  /** How likely each letter is; `rest` for others of the script, which is told by `script`. */
  readonly likely: ReadonlyMap<string, number>
  readonly script: RegExp
  rest(letter: string): number
  /** Whether the script has upper and lower case, and puts no letter of ASCII into its words. */
  readonly cased: boolean
  readonly alone: boolean
}

/** An alphabet from its most to its least frequent letter. */
function alphabet(order: string): Map<string, number> {
  return new Map([...order].map((letter, rank) => [letter, Math.log(0.11 * 0.9 ** rank)]))
}

function each(letters: string, likelihood: number): [string, number][] {
  return [...letters].map(letter => [letter, Math.log(likelihood)])
}

const cyrillic = alphabet('оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєёъўґ')
const greek = alphabet('αοιετσνηυρπκίμλόάέςωγδήχθύφβώξζψϊΐ')
const hebrew = alphabet('יוהלאתמרבשנדעחפקכםגזטצסןךףץ')
const arabic = alphabet('اليمنرتوبدعسكحفقهجةشصطخأذضزثغىإءظئآؤ')
const thai = alphabet('านรกเอง่มยลวดิ้ทสีัตะปบคหแจุพชขใไู์ึื็โผถซธณฟศ')

const hangul = new Map([
  ...each(
    '음장상제면러성안마오소경무동유선비관미공분민원신물중연발산계바내용진위모저래당실행생회하회교려후적드트방영명',
    0.003,
  ),
  ...each('이다는에의가을고지를한기하사도로나리인자아시은정수라어대서그해일보부전있거만것구주들스과조게우으여', 0.006),
  ...each('사랑노래김박최너눈별밤꿈길비봄', 0.004),
])
const simplified = new Map(
  each(
    '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感爱梦歌风雨花夜雪曲乐周王李张刘陈林云飞春秋红蓝黑白星空',
    0.0018,
  ),
)
const traditional = new Map(
  each(
    '的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活爾更別打女變四神總何電數安少報才結反受目太量再感愛夢歌風雨花夜雪曲樂周王李張劉陳林雲飛春秋紅藍黑白星空',
    0.0018,
  ),
)
const kana = new Map([
  ...each(
    'のにはをたがでてとしれさいるなからまもうりこおあくきすつそよわねえめみけせだちやどばほひふへむろんっゃゅょぶびぎぐげごじずぞづべぼぱ',
    0.008,
  ),
  ...each(
    'ンーイルラスアトリクシッタレフカドロマジメオニサコプウテキパムナブバハポチミセエケヤヨユワネツデダガグゴビベボピペズャュョィェァォヒノモホヘソ',
    0.006,
  ),
  ...each(
    '日一人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達愛夢歌花星雨雪風空',
    0.0008,
  ),
])

const beyond = (likelihood: number) => () => Math.log(likelihood)
const ideograph = /\p{Script=Han}/u
const none = beyond(1e-5)

/** Whether a letter is in a range of rows of the page's own table, where its everyday letters are. */
function rows(page: string, from: number, to: number, inside: number, outside: number) {
  const everyday = new Set<string>()
  for (let lead = from; lead <= to; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const letter = decoded(Uint8Array.of(lead, trail), page)
      if (letter !== null && [...letter].length === 1) everyday.add(letter)
    }
  }
  return (letter: string) => Math.log(everyday.has(letter) ? inside : outside)
}

/** Made when first needed: most libraries never do. */
let made: readonly Page[] | null = null

function pages(): readonly Page[] {
  made ??= [
    ...['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5'].map(page => ({
      page,
      likely: cyrillic,
      script: /\p{Script=Cyrillic}/u,
      rest: beyond(1e-4),
      cased: true,
      alone: true,
    })),
    { page: 'windows-1253', likely: greek, script: /\p{Script=Greek}/u, rest: beyond(1e-4), cased: true, alone: true },
    { page: 'windows-1255', likely: hebrew, script: /\p{Script=Hebrew}/u, rest: none, cased: false, alone: true },
    { page: 'windows-1256', likely: arabic, script: /\p{Script=Arabic}/u, rest: none, cased: false, alone: true },
    { page: 'windows-874', likely: thai, script: /\p{Script=Thai}/u, rest: beyond(1e-3), cased: false, alone: true },
    {
      page: 'shift_jis',
      likely: kana,
      script: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー]/u,
      rest: japanese(rows('shift_jis', 0x88, 0x97, 8e-5, 2e-6)),
      cased: false,
      alone: false,
    },
    {
      page: 'euc-jp',
      likely: kana,
      script: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}ー]/u,
      rest: japanese(rows('euc-jp', 0xb0, 0xcf, 8e-5, 2e-6)),
      cased: false,
      alone: false,
    },
    {
      page: 'gbk',
      likely: simplified,
      script: ideograph,
      rest: rows('gb2312', 0xb0, 0xd7, 1.2e-4, 2e-6),
      cased: false,
      alone: false,
    },
    {
      page: 'big5',
      likely: traditional,
      script: ideograph,
      rest: rows('big5', 0xa4, 0xc6, 8e-5, 2e-6),
      cased: false,
      alone: false,
    },
    { page: 'euc-kr', likely: hangul, script: /\p{Script=Hangul}/u, rest: beyond(7e-5), cased: false, alone: false },
  ]
  return made
}

/** Half-width kana are what Latin letters become by mistake. */
function japanese(rest: (letter: string) => number) {
  return (letter: string) => (letter >= '\uff61' && letter <= '\uff9f' ? -14 : rest(letter))
}

function scoreIn(text: string, { likely, script, rest, cased, alone }: Page): number {
  const letters = [...text]
  let score = 0
  for (const [i, letter] of letters.entries()) {
    if (letter < '\x80') {
      score += plain
      continue
    }
    const lower = cased ? letter.toLowerCase() : letter
    const known = likely.get(lower)
    if (known !== undefined) score += known
    else if (script.test(letter)) score += rest(letter)
    else if (punctuation.test(letter)) score += typographic
    else score += unlikely
    const [before = ' ', next = ' '] = [letters[i - 1], letters[i + 1]]
    if (cased && letter !== lower && before !== ' ') {
      if (likely.has(before)) score -= 5
      else if (likely.has(before.toLowerCase())) score -= 1
    }
    if (script.test(letter)) {
      const mixed = Number(asciiLetter.test(before)) + Number(asciiLetter.test(next))
      score -= mixed * (alone ? 8 : 4)
    }
    // One letter three times says nothing.
    if (letter === before && letter === letters[i - 2]) score -= 5
  }
  return score
}

/** How much likelier than the Western reading a reading must be, and than the next best one, as natural logarithms. */
const leastGain = 12
const leastLead = 3
/** What a text that is no better speaks against a page: an album may hold a few that are well as they are. */
const worst = -6

/** The page that texts, all of one album, were written in before they were read as Western; null where that is not certain. */
export function guessPage(texts: readonly string[]): string | null {
  const readings = texts.flatMap(text => {
    const bytes = encoded(text, 'windows-1252')
    return bytes ? [{ bytes, western: westernScore(text) }] : []
  })
  const guesses = pages()
    .map(page => {
      let gain = 0
      const as: string[] = []
      for (const { bytes, western } of readings) {
        const text = decoded(bytes, page.page)
        const better = text === null ? worst : Math.max(worst, scoreIn(text, page) - western)
        gain += better
        as.push(better > 0 ? (text as string) : '')
      }
      return { page: page.page, gain, text: as.join('\n') }
    })
    .sort((a, b) => b.gain - a.gain)
  const [best] = guesses
  if (!best || best.gain < leastGain) return null
  const next = guesses.find(({ text }) => text !== best.text)
  return next && best.gain - next.gain < leastLead ? null : best.page
}

/** The text as it reads in a page, where that is likelier than the Western reading; else null. */
export function readIn(text: string, page: string): string | null {
  const bytes = encoded(text, 'windows-1252')
  const model = pages().find(each => each.page === page)
  const reading = bytes && model ? decoded(bytes, page) : null
  return reading !== null && model && scoreIn(reading, model) - westernScore(text) > 0 ? reading : null
}
