import type { FastifySchemaCompiler, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Check, Errors } from 'typebox/value'
import { CodedError } from '../errors.ts'

interface Schema {
  type?: string
  const?: unknown
  default?: unknown
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
}

/** Checks requests against their TypeBox schemas. JSON is taken as it is; the text of a query is read by its type. */
export const validation = fp(
  async app => {
    app.setValidatorCompiler(compileValidator)
  },
  { name: 'validation' },
)

const nothing = Type.Object({}, { additionalProperties: false })

/** For calls that know no parameters: who sends some to them, such as `?dryRun=true`, expects something else than would be done. */
export function refuseUnknownQuery(route: RouteOptions): void {
  route.schema = { querystring: nothing, ...route.schema }
}

const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const checker = Compile(schema)
  const isText = httpPart === 'querystring' || httpPart === 'params'
  return (data: unknown) => {
    const value = isText ? readText(schema as Schema, data as Record<string, unknown>) : data
    if (checker.Check(value)) return { value }
    return {
      error: new CodedError(
        'BAD_REQUEST',
        `The ${partNames[httpPart ?? 'body']} is not valid: ${explain(schema, value)}.`,
      ),
    }
  }
}

const partNames: Record<string, string> = { body: 'body', querystring: 'query', params: 'address', headers: 'header' }

/** Defaults filled in, whole numbers and booleans read; text that is no such thing stays text, for the check to refuse. */
function readText(schema: Schema, texts: Record<string, unknown>): Record<string, unknown> {
  const values = { ...texts }
  for (const [name, { type, default: fallback }] of Object.entries(schema.properties ?? {})) {
    const text = values[name]
    if (text === undefined) {
      if (fallback !== undefined) values[name] = fallback
    } else if (type === 'integer' && /^-?\d{1,15}$/.test(String(text))) values[name] = Number(text)
    else if (type === 'boolean' && (text === 'true' || text === 'false')) values[name] = text === 'true'
  }
  return values
}

/**
 * What is wrong with a value that failed its schema, in words that name the property. Of a union, only the branch that
 * the value's literals (an edit's `op`) choose is looked into: what the other branches want would only mislead.
 */
export function explain(schema: TSchema, value: unknown, at = ''): string {
  const { anyOf, items, properties, patternProperties, required = [], additionalProperties } = schema as Schema
  if (anyOf) return explainUnion(anyOf, value, at)
  if (Array.isArray(value) && items) {
    const index = value.findIndex(item => !fits(items, item))
    if (index >= 0) return explain(items, value[index], `${at}[${index}]`)
  }
  if (isRecord(value) && (properties || patternProperties)) {
    const missing = required.find(name => !Object.hasOwn(value, name))
    if (missing !== undefined) return `${inside(at, missing)} is missing`
    const patterns = Object.entries(patternProperties ?? {})
    for (const [name, member] of Object.entries(value)) {
      const known = properties && Object.hasOwn(properties, name) ? properties[name] : undefined
      const rule = known ?? patterns.find(([pattern]) => new RegExp(pattern).test(name))?.[1]
      if (!rule && additionalProperties === false) return `${inside(at, name)} is not a known property`
      if (rule && !fits(rule, member)) return explain(rule, member, inside(at, name))
    }
  }
  const [error] = Errors(schema, value)
  return `${at || 'it'} ${error?.message ?? 'does not fit'}`
}

function explainUnion(branches: Schema[], value: unknown, at: string): string {
  const literals = branches.map(branch => branch.const).filter(literal => literal !== undefined)
  if (literals.length === branches.length) return `${at || 'it'} must be one of ${literals.join(', ')}`
  if (!isRecord(value)) {
    const objects = branches.every(({ type }) => type === 'object')
    return `${at || 'it'} ${objects ? 'must be object' : 'does not have any of the forms that it may have'}`
  }

  const objects = branches.filter(({ type }) => type === undefined || type === 'object')
  const chosen = objects.filter(branch => literalsOf(branch).every(([name, literal]) => value[name] === literal))
  const whole = chosen.filter(({ required = [] }) => required.every(name => Object.hasOwn(value, name)))
  const only = chosen.length === 1 ? chosen[0] : whole.length === 1 ? whole[0] : undefined
  if (only) return explain(only, value, at)
  if (chosen.length === 0) {
    const [tag] = branches.flatMap(literalsOf)
    const allowed = branches.flatMap(literalsOf).flatMap(([name, literal]) => (name === tag?.[0] ? [literal] : []))
    return `${inside(at, tag?.[0] ?? '')} must be one of ${allowed.join(', ')}`
  }
  const forms = chosen.map(branch => (branch.required ?? []).join(' and ')).filter(form => form !== '')
  return `${at || 'it'} must have ${forms.join(', or ')}, and nothing that the form does not know`
}

function literalsOf({ properties = {} }: Schema): [name: string, literal: unknown][] {
  return Object.entries(properties).flatMap(([name, { const: literal }]) =>
    literal === undefined ? [] : [[name, literal] as [string, unknown]],
  )
}

function fits(schema: Schema, value: unknown): boolean {
  return Check(schema, value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function inside(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`
}
