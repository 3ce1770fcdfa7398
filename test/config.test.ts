import assert from 'node:assert/strict'
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ConfigError, loadConfig, type TrustedHop } from '../src/config.ts'
import { temporaryFolder } from './build-app.ts'

describe('an empty environment', () => {
  test('is the demo library on port 8338, with the history in memory and owners left alone', () => {
    assert.deepEqual(loadConfig({}), {
      musicDir: '',
      demo: true,
      host: '0.0.0.0',
      port: 8338,
      owner: null,
      stateDir: null,
      historyLimit: 1000,
      trashDays: 30,
      watch: 'auto',
      logLevel: 'info',
      id3Version: 4,
      trustProxy: false,
      workers: Math.min(availableParallelism(), 4),
    })
  })

  test('is what empty variables, as compose files leave them, amount to', () => {
    assert.deepEqual(loadConfig({ MUSIC_DIR: '', PUID: '', STATE_DIR: ' ', TRUST_PROXY: '' }), loadConfig({}))
  })

  test('gives a configuration that nothing can change', () => {
    const config = loadConfig({ PUID: '1', PGID: '2' })
    assert.ok(Object.isFrozen(config))
    assert.ok(Object.isFrozen(config.owner))
  })
})

describe('a wrong value', () => {
  const wrong: [name: string, value: string][] = [
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '1e3'],
    ['PUID', 'root'],
    ['PGID', '4294967295'],
    ['HISTORY_LIMIT', '0'],
    ['TRASH_DAYS', '0'],
    ['WATCH', 'events'],
    ['LOG_LEVEL', 'loud'],
    ['ID3_VERSION', '2.2'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.1,'],
    ['WORKERS', '0'],
  ]
  for (const [name, value] of wrong) {
    test(`of ${name}, "${value}", is refused by name`, () => {
      assert.deepEqual(
        problemsOf({ [name]: value }).map(problem => problem.name),
        [name],
      )
    })
  }

  test('does not hide the next one', () => {
    const error = configErrorOf({ PORT: 'x', WORKERS: 'y', MUSIC_DIR: '/does/not/exist' })
    assert.match(error.message, /MUSIC_DIR: \/does\/not\/exist does not exist\n {2}PORT: "x".*\n {2}WORKERS: "y"/)
  })
})

describe('MUSIC_DIR', () => {
  test('becomes an absolute path, and is no demo', t => {
    const folder = temporaryFolder(t)
    const { musicDir, demo } = loadConfig({ MUSIC_DIR: `${folder}/` })
    assert.deepEqual({ musicDir, demo }, { musicDir: folder, demo: false })
  })

  test('that is a file is refused', t => {
    const file = join(temporaryFolder(t), 'song.mp3')
    writeFileSync(file, '')
    assert.match(problemsOf({ MUSIC_DIR: file })[0]?.reason ?? '', /song\.mp3 is not a folder/)
  })

  test('that cannot be read is refused', t => {
    const folder = temporaryFolder(t)
    chmodSync(folder, 0o300)
    // Root reads everything, so for this moment root is nobody.
    const isRoot = process.getuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    try {
      assert.match(problemsOf({ MUSIC_DIR: folder })[0]?.reason ?? '', /cannot be read by this user/)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })
})

describe('STATE_DIR', () => {
  test('is made where it is missing', t => {
    const folder = join(temporaryFolder(t), 'deep', 'state')
    assert.equal(loadConfig({ STATE_DIR: folder }).stateDir, folder)
    assert.ok(existsSync(folder))
  })

  test('below a file is refused', t => {
    const file = join(temporaryFolder(t), 'file')
    writeFileSync(file, '')
    assert.match(problemsOf({ STATE_DIR: join(file, 'state') })[0]?.reason ?? '', /is not a folder/)
    assert.match(problemsOf({ STATE_DIR: file })[0]?.reason ?? '', /is not a folder/)
  })
})

describe('PUID and PGID', () => {
  const owners = [
    [
      { PUID: '1000', PGID: '100' },
      { uid: 1000, gid: 100 },
    ],
    [
      { PUID: '0', PGID: '0' },
      { uid: 0, gid: 0 },
    ],
    [{ PUID: '1000' }, { uid: 1000, gid: -1 }],
    [{ PGID: '100' }, { uid: -1, gid: 100 }],
  ] as const
  for (const [env, owner] of owners) {
    test(`${JSON.stringify(env)} give ${JSON.stringify(owner)}`, () => assert.deepEqual(loadConfig(env).owner, owner))
  }
})

describe('ID3_VERSION', () => {
  test('2.3 and 2.4 are told apart', () => {
    assert.equal(loadConfig({ ID3_VERSION: '2.3' }).id3Version, 3)
    assert.equal(loadConfig({ ID3_VERSION: '2.4' }).id3Version, 4)
  })
})

describe('TRUST_PROXY', () => {
  test('of a count trusts that many hops and not one more', () => {
    const trusts = loadConfig({ TRUST_PROXY: '2' }).trustProxy as TrustedHop
    assert.deepEqual(
      [0, 1, 2].map(hop => trusts('10.0.0.1', hop)),
      [true, true, false],
    )
  })

  test('none and 0 trust nobody', () => {
    assert.equal(loadConfig({ TRUST_PROXY: 'none' }).trustProxy, false)
    assert.equal(loadConfig({ TRUST_PROXY: '0' }).trustProxy, false)
  })

  test('takes addresses, networks and their well-known names', () => {
    assert.deepEqual(loadConfig({ TRUST_PROXY: '10.0.0.2, fd00::/8,loopback' }).trustProxy, [
      '10.0.0.2',
      'fd00::/8',
      'loopback',
    ])
  })
})

function configErrorOf(env: Record<string, string>): ConfigError {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new assert.AssertionError({ message: `${JSON.stringify(env)} was accepted` })
}

function problemsOf(env: Record<string, string>) {
  return configErrorOf(env).problems
}
