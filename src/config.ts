import { accessSync, constants, mkdirSync, opendirSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'

/** Whether the peer at `address`, `hop` proxies away (0 is the one that connected to us), is a proxy to believe. */
export type TrustedHop = (address: string, hop: number) => boolean

export type LogLevel = (typeof logLevels)[number]

export interface Config {
  /** Absolute path of the library; empty while `demo` is set and the copy is still to be made. */
  readonly musicDir: string
  readonly demo: boolean
  readonly host: string
  readonly port: number
  /** Who owns written files, as chown takes it: -1 keeps that half as it is. Null: ownership is left alone. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
  /** Absolute path of the folder for the history; null keeps the history in memory. */
  readonly stateDir: string | null
  /** How many changes the history keeps. */
  readonly historyLimit: number
  /** How long deleted files stay in the trash (days); null keeps them until a person removes them. */
  readonly trashDays: number | null
  /** How it is noticed what other programs do in the library. */
  readonly watch: (typeof watchModes)[number]
  readonly logLevel: LogLevel
  /** Version 2.x of the ID3 tag that an MP3 without one gets. */
  readonly id3Version: 3 | 4
  readonly trustProxy: false | readonly string[] | TrustedHop
  /** Threads for file work. */
  readonly workers: number
}

export interface Misconfiguration {
  readonly name: string
  readonly reason: string
}

/** Every wrong variable at once, so that a person mends them in one go. */
export class ConfigError extends Error {
  readonly problems: readonly Misconfiguration[]
  constructor(problems: readonly Misconfiguration[]) {
    super(`The configuration is not valid.\n${problems.map(({ name, reason }) => `  ${name}: ${reason}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const watchModes = ['auto', 'poll', 'off'] as const
const id3Versions = { '2.3': 3, '2.4': 4 } as const
const namedNetworks = new Set(['loopback', 'linklocal', 'uniquelocal'])
/** The largest id that chown accepts; one more is its "leave as it is". */
const largestId = 0xffff_fffe

/** Environment to Config. Makes STATE_DIR where it is missing, and touches nothing else. Throws ConfigError. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: Misconfiguration[] = []

  /** The parsed value of a variable, or `fallback` where it is unset or, as compose files leave it, empty. */
  function read<T>(name: string, fallback: T, parse: (text: string) => T): T {
    const text = env[name]?.trim()
    if (!text) return fallback
    try {
      return parse(text)
    } catch (error) {
      problems.push({ name, reason: (error as Error).message })
      return fallback
    }
  }

  const musicDir = read('MUSIC_DIR', '', parseMusicDir)
  const uid = read('PUID', null, integer(0, largestId))
  const gid = read('PGID', null, integer(0, largestId))
  const config: Config = {
    musicDir,
    demo: musicDir === '',
    host: read('HOST', '0.0.0.0', text => text),
    port: read('PORT', 8338, integer(0, 65_535)),
    owner: uid === null && gid === null ? null : Object.freeze({ uid: uid ?? -1, gid: gid ?? -1 }),
    stateDir: read('STATE_DIR', null, parseStateDir),
    historyLimit: read('HISTORY_LIMIT', 1000, integer(1, 1_000_000)),
    trashDays: read('TRASH_DAYS', 30, parseTrashDays),
    watch: read('WATCH', 'auto', oneOf(watchModes)),
    logLevel: read('LOG_LEVEL', 'info', oneOf(logLevels)),
    id3Version: read('ID3_VERSION', 4, text => id3Versions[oneOf(['2.3', '2.4'])(text)]),
    trustProxy: read('TRUST_PROXY', false, parseTrustProxy),
    workers: read('WORKERS', Math.min(availableParallelism(), 4), integer(1, 64)),
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(config)
}

function integer(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new Error(`"${text}" is not a whole number from ${least} to ${most}`)
    }
    return value
  }
}

/** 0 could be read as “at once” or as “never”, so it is neither. */
function parseTrashDays(text: string): number | null {
  if (text.toLowerCase() === 'never') return null
  try {
    return integer(1, 36_500)(text)
  } catch (error) {
    throw new Error(`${(error as Error).message}, nor “never” for a trash that is not emptied`)
  }
}

function oneOf<const T extends string>(allowed: readonly T[]) {
  return (text: string): T => {
    const found = allowed.find(value => value === text.toLowerCase())
    if (!found) throw new Error(`"${text}" is none of ${allowed.join(', ')}`)
    return found
  }
}

function parseMusicDir(text: string): string {
  const path = resolve(text)
  let folder = false
  try {
    folder = statSync(path).isDirectory()
    if (folder) {
      accessSync(path, constants.R_OK | constants.X_OK)
      // permission bits say nothing of a network share that refuses us, reading does
      opendirSync(path).closeSync()
    }
  } catch (error) {
    throw new Error(whyUnusable(path, error, 'read'))
  }
  if (!folder) throw new Error(`${path} is not a folder`)
  return path
}

function parseStateDir(text: string): string {
  const path = resolve(text)
  try {
    mkdirSync(path, { recursive: true })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(whyUnusable(path, error, 'written'))
  }
  return path
}

function whyUnusable(path: string, error: unknown, need: 'read' | 'written'): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return `${path} does not exist`
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} is not a folder`
    case 'EACCES':
    case 'EPERM':
      return `${path} cannot be ${need} by this user; check its owner and mode`
    case 'EROFS':
      return `${path} is on a read-only file system`
    default:
      return `${path} cannot be ${need}: ${(error as Error).message}`
  }
}

/**
 * `none`, how many proxies stand in front of us, or their addresses and networks. The count becomes a function because
 * Fastify ignores a number here.
 */
function parseTrustProxy(text: string): Config['trustProxy'] {
  if (text.toLowerCase() === 'none') return false
  if (/^\d+$/.test(text)) {
    const hops = Number(text)
    return hops === 0 ? false : (_address, hop) => hop < hops
  }
  const networks = text.split(',').map(part => part.trim())
  const wrong = networks.find(network => !isNetwork(network))
  if (wrong !== undefined) {
    throw new Error(
      `"${wrong}" is neither a number of proxies nor an address like 10.0.0.2 or a network like 10.0.0.0/8`,
    )
  }
  return Object.freeze(networks)
}

function isNetwork(text: string): boolean {
  if (namedNetworks.has(text)) return true
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
}
