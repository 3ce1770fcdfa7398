/** Frames of ID3v2.2 by the names that ID3v2.3 and 2.4 gave them (ID3v2.2 §4, iTunes' own at the end). */
const idsOf22: Readonly<Record<string, string>> = {
  TIT1: 'TT1',
  TIT2: 'TT2',
  TIT3: 'TT3',
  TPE1: 'TP1',
  TPE2: 'TP2',
  TPE3: 'TP3',
  TPE4: 'TP4',
  TALB: 'TAL',
  TCON: 'TCO',
  TRCK: 'TRK',
  TPOS: 'TPA',
  TCOM: 'TCM',
  TEXT: 'TXT',
  TLAN: 'TLA',
  TPUB: 'TPB',
  TSRC: 'TRC',
  TMED: 'TMT',
  TBPM: 'TBP',
  TKEY: 'TKE',
  TCOP: 'TCR',
  TENC: 'TEN',
  TSSE: 'TSS',
  TOAL: 'TOT',
  TOPE: 'TOA',
  TOFN: 'TOF',
  TOLY: 'TOL',
  TLEN: 'TLE',
  TYER: 'TYE',
  TDAT: 'TDA',
  TIME: 'TIM',
  TORY: 'TOR',
  TRDA: 'TRD',
  TXXX: 'TXX',
  WXXX: 'WXX',
  WCOP: 'WCP',
  WOAR: 'WAR',
  COMM: 'COM',
  USLT: 'ULT',
  UFID: 'UFI',
  IPLS: 'IPL',
  POPM: 'POP',
  PCNT: 'CNT',
  APIC: 'PIC',
  TCMP: 'TCP',
  TSO2: 'TS2',
  TSOC: 'TSC',
  TSOA: 'TSA',
  TSOP: 'TSP',
  TSOT: 'TST',
  MVNM: 'MVN',
  MVIN: 'MVI',
  GRP1: 'GP1',
  PCST: 'PCS',
  WFED: 'WFD',
}
const from22 = new Map(Object.entries(idsOf22).map(([id, old]) => [old, id]))

/** Frames that came with ID3v2.4 (ID3v2.4-changes §4): not written into an older tag. */
const since24 = new Set(['TDRC', 'TDOR', 'TDRL', 'TSST', 'TMOO', 'TIPL', 'TMCL', 'TPRO'])

/** The id under which a frame is known here, whatever the version of its tag. */
export function modernId(id: string, version: number): string {
  return version === 2 ? (from22.get(id) ?? id) : id
}

/** The id under which a tag of `version` stores a frame, or null where it has none. */
export function storedId(id: string, version: number): string | null {
  if (version === 4) return id
  if (since24.has(id)) return null
  return version === 3 ? id : (idsOf22[id] ?? null)
}
