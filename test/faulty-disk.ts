import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { isMainThread } from 'node:worker_threads'

/*
 * Preloaded into a process (`--import`): counts the calls by which its file work (a server's threads) changes files, and at the one that the plan
 * names kills the process or fails the call. The plan is a file, read anew at every call; a new token starts a new count.
 */
export interface FaultPlan {
  token: number
  /** Which call, from 1. */
  at: number
  /** `SIGKILL`, or the error code that the call ends with. A write does half of its work before. */
  fault: string
}

const planPath = process.env.FAULT_PLAN ?? ''
const { readFileSync, writeFileSync, writeSync } = fs
let token = -1
let count = 0

/** Counts a call; where it is the one, `half` is done and then what the plan says. */
function strike(call: string, half: () => void): void {
  const plan = JSON.parse(readFileSync(planPath, 'utf8')) as FaultPlan
  if (plan.token !== token) {
    token = plan.token
    count = 0
  }
  if (++count !== plan.at) return
  writeFileSync(`${planPath}.struck`, call)
  half()
  if (plan.fault === 'SIGKILL') {
    process.kill(process.pid, 'SIGKILL')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
  throw Object.assign(new Error(`${plan.fault}: made up`), { code: plan.fault, syscall: call })
}

type Call = (...parameters: unknown[]) => unknown
const entries = ['renameSync', 'linkSync', 'unlinkSync', 'mkdirSync', 'rmdirSync']
const changing = [...entries, 'fsyncSync', 'fdatasyncSync', 'copyFileSync', 'ftruncateSync']
const settingMeta = ['fchmodSync', 'chmodSync', 'fchownSync', 'chownSync', 'futimesSync', 'utimesSync']

if (planPath !== '' && isMainThread === (process.env.FAULT_THREAD === 'main')) {
  const calls = fs as unknown as Record<string, Call>
  for (const name of [...changing, ...settingMeta]) {
    const original = calls[name] as Call
    calls[name] = (...parameters) => {
      strike(name, () => {})
      return original(...parameters)
    }
  }
  const { openSync } = fs
  calls.openSync = (path, flags, mode) => {
    if (typeof flags === 'number' && flags & (fs.constants.O_CREAT | fs.constants.O_RDWR)) strike('openSync', () => {})
    return openSync(path as string, flags as number, mode as number)
  }
  calls.writeSync = (fd, bytes, offset, length, position) => {
    const half = () =>
      writeSync(fd as number, bytes as Buffer, offset as number, (length as number) >> 1, position as number)
    strike('writeSync', half)
    return writeSync(fd as number, bytes as Buffer, offset as number, length as number, position as number)
  }
  syncBuiltinESMExports()
}
