import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** As in package.json, which is the only place that says it. */
export const version: string = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version
