import { findField } from '../../tags/fields.ts'
import { EditRefused } from './state.ts'

/** The values of an edit as they are to be stored: without empty ones. Throws EditRefused for what no tag can hold. */
export function checkedValues(field: string, values: readonly string[]): string[] {
  const refuse = (detail: string) => new EditRefused({ field, code: 'VALUE_UNSUPPORTED', detail })
  const present = values.filter(value => value !== '')
  if (present.some(value => value.includes('\0'))) throw refuse('A value cannot contain a NUL character.')
  if (present.some(value => !value.isWellFormed())) throw refuse('A value is not valid Unicode text.')
  if (present.length > 1 && findField(field)?.multiple === false) throw refuse('This field holds one value.')
  if (findField(field)?.name === 'rating' && !present.every(value => /^[0-5]$/.test(value))) {
    throw refuse('A rating is a number of stars from 0 to 5.')
  }
  return present
}
