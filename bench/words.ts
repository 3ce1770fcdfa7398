/* Words for the names in a made library: by script, as the collections of the world mix them. */

export interface Vocabulary {
  /** How many of a hundred artists use it. */
  readonly share: number
  readonly words: readonly string[]
  /** What stands between two words. */
  readonly space: string
}

const split = (text: string): string[] => text.trim().split(/\s+/)

export const vocabularies: readonly Vocabulary[] = [
  {
    share: 52,
    space: ' ',
    words: split(`
      amber anchor ash autumn ballad beacon bell birch bitter blue border brass bridge candle canyon carousel cedar chapel
      cinder circle city clay cloud coast cold copper corner crooked crown current dawn daylight delta distant door double
      drift dust early echo electric ember empty engine evening falling feather fever field final fire first float flood
      fog forest fortune fountain garden ghost glass golden gravel grey half hammer harbour harvest heavy hidden highway
      hollow home honey hour house hunter hymn ice idle iron island ivory july kettle kingdom ladder lake lantern last
      late letter light little lonely long lost low machine maple marble market meadow memory midnight mile mirror moon
      morning mountain moving needle new night north number ocean october old open orchard other outside paper parade
      passing path pearl people picture pilot pine plain platform pocket porcelain quarter quiet radio rain random raven
      red return ribbon river road room rooftop rose rust sailor salt sand satellite second shadow shelter shore signal
      silent silver simple sister six sky sleeping slow small smoke snow solid some song south spare spring stairs star
      static station stone storm stranger street summer sunday swallow tall telegraph tender thin third thousand tide
      tower traffic train travel turning twelve under upper valley velvet violet voice waiting walking wall water wave
      weather western wheel white wild willow window winter wire wooden year yellow
    `),
  },
  {
    share: 20,
    space: ' ',
    words: split(`
      été forêt rêve cœur âme lumière mémoire étoile naïf façade déjà élan fenêtre noël île château première über schön
      grün mädchen straße öde frühling nächte brücke müde größe tür gefühl canción corazón mañana sueño niño árbol
      última música océano lágrima años más allá çarşı gönül güneş yağmur şehir ışık łódź miłość źródło świat żółty
      noční píseň řeka světlo žena ďábel ärlig ö skärgård åska bølge kærlighed nær søvn ljós þögn ást saudade coração
      manhã canção não irmão verão
    `),
  },
  {
    share: 8,
    space: '',
    words: split(`
      夜 朝 雨 空 海 星 風 花 月 光 影 夢 時 街 駅 森 川 山 雪 春 夏 秋 冬 声 心 旅 道 窓 灯台 図書館 硝子 約束 記憶
      さくら ひかり こえ あした ゆめ そら うみ まち みち きみ ノート ラジオ カメラ メロディ レコード プール の と は に
    `),
  },
  {
    share: 6,
    space: '',
    words: split(`
      爱 情 天空 月亮 城市 春天 秋天 故事 时间 远方 朋友 孤单 音乐 自由 海洋 山谷 星星 夜晚 早晨 记得 忘记 回家 路口 電影 風箏
      雨天 心跳 微笑 眼淚 火車 河流 窗外 一个人 我们 世界 歌 光 的 在 与
    `),
  },
  {
    share: 4,
    space: ' ',
    words: split('밤 하늘 바다 사랑 봄날 여름 가을 겨울 노래 기억 시간 거리 별 달빛 바람 비 눈물 미소 꿈 길 집 창문'),
  },
  {
    share: 6,
    space: ' ',
    words: split(`
      ночь утро дождь небо море звезда ветер цветок луна свет тень сон время город вокзал лес река гора снег весна лето
      осень зима голос сердце дорога окно память ёлка ещё
    `),
  },
  {
    share: 2,
    space: ' ',
    words: split('νύχτα ουρανός θάλασσα άνεμος φως όνειρο πόλη δρόμος καρδιά ψυχή ήλιος βροχή μνήμη'),
  },
  { share: 2, space: ' ', words: split('ليل قمر بحر مطر قلب نور حلم مدينة طريق صوت ריח ים לילה אור שיר לב דרך') },
]

/** As people write them: some twice, in other letters. */
export const genres: readonly string[] = [
  'Rock',
  'Pop',
  'Jazz',
  'Electronic',
  'Ambient',
  'Folk',
  'Classical',
  'Hip Hop',
  'Hip-Hop',
  'Metal',
  'Indie Rock',
  'Blues',
  'Soul',
  'Techno',
  'House',
  'Drum & Bass',
  'Drum and Bass',
  'Punk',
  'Country',
  'Chanson',
  'J-Pop',
  'Soundtrack',
  'Reggae',
  'Dub',
  'Funk',
  'R&B',
  'Singer/Songwriter',
  'Alternative',
  'alternative',
  'Post-Rock',
  'Trip Hop',
  'World',
]

export const labels: readonly string[] = [
  'Harbour Tapes',
  'North Pier',
  'Kettle & Sons',
  'Édition du Soir',
  'Blaue Stunde',
  'Registro Central',
  '夜光レコード',
  'Низкий Берег',
  'Paper Crown',
  'Second Floor',
  'Tin Roof',
  'Long Road',
  'Salt Works',
  'Self-released',
]
