import type { DatabaseSync } from 'node:sqlite'
import { checkPlaces, checkValues } from './check.ts'
import type { AlbumPlace, CountedValue, PlacesRule, Respelling, SpellingRule } from './rule.ts'
import { rules } from './rules.ts'
import { byField, type Respellings } from './spellings.ts'

/* What the rules about the whole library say, and to which folders it matters. */

const spellingRules = rules.filter((rule): rule is SpellingRule => rule.scope === 'values')
const placesRules = rules.filter((rule): rule is PlacesRule => rule.scope === 'places')

export interface Verdicts {
  readonly respellings: ReadonlyMap<string, Respellings>
  /** By kind, and by folder and title of an album: what is wrong with its tracks there. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, string>>
}

export const placeKey = (folder: string, title: string): string => `${folder}\n${title}`

export interface VerdictKeeper {
  /** What was last said. */
  current(): Verdicts
  /** Takes up to `most` new names into the comparison; whether more are waiting. */
  spell(most: number): boolean
  /** The albums of an album folder, in the place of those that were known of it. */
  keepPlaces(folder: number, places: readonly AlbumPlace[]): void
  /** Asks the rules again, step by step, and notes the folders to which they say something else than before. */
  judge(): Steps
}

type Steps = Generator<undefined, void>

export function createVerdicts(database: DatabaseSync): VerdictKeeper {
  const sql = {
    toSpell: database.prepare(
      'SELECT s.value, v.text, v.field FROM to_spell s LEFT JOIN value v ON v.id = s.value LIMIT ?',
    ),
    spelled: database.prepare('DELETE FROM to_spell WHERE value = ?'),
    spell: database.prepare('INSERT OR IGNORE INTO spelling (kind, key, text) VALUES (?, ?, ?)'),
    unspell: database.prepare('DELETE FROM spelling WHERE kind = ? AND key = ? AND text = ?'),
    variants: database.prepare(
      'SELECT key, text FROM spelling WHERE kind = ?1 AND key IN (SELECT key FROM spelling WHERE kind = ?1 GROUP BY key HAVING count(*) > 1)',
    ),
    counted: database.prepare(
      'SELECT (SELECT count(*) FROM track_value WHERE value = v.id) AS tracks FROM value v WHERE field = ? AND text = ?',
    ),
    dropGroups: database.prepare('DELETE FROM place_group WHERE place IN (SELECT id FROM place WHERE folder = ?)'),
    dropPlaces: database.prepare('DELETE FROM place WHERE folder = ?'),
    place: database.prepare('INSERT INTO place (folder, place) VALUES (?, ?)'),
    group: database.prepare('INSERT INTO place_group (kind, key, place) VALUES (?, ?, ?)'),
    groups: database.prepare('SELECT key FROM place_group WHERE kind = ? GROUP BY key HAVING count(*) > 1'),
    grouped: database.prepare(
      'SELECT p.place FROM place_group g JOIN place p ON p.id = g.place WHERE g.kind = ? AND g.key = ?',
    ),
    said: database.prepare('SELECT subject, verdict FROM verdict WHERE kind = ?'),
    say: database.prepare('INSERT OR REPLACE INTO verdict (kind, subject, verdict) VALUES (?, ?, ?)'),
    unsay: database.prepare('DELETE FROM verdict WHERE kind = ? AND subject = ?'),
    checkValue: database.prepare(
      'INSERT INTO to_check (folder) SELECT DISTINCT t.folder FROM value v JOIN track_value tv ON tv.value = v.id JOIN track t ON t.id = tv.track WHERE v.field = ? AND v.text = ? ON CONFLICT (folder) DO UPDATE SET begun = 0',
    ),
    checkFolder: database.prepare(
      'INSERT INTO to_check (folder) SELECT id FROM folder WHERE path = ? ON CONFLICT (folder) DO UPDATE SET begun = 0',
    ),
  }
  let known: Verdicts | null = null

  function current(): Verdicts {
    known ??= {
      respellings: new Map(
        spellingRules.map(({ kind }) => [
          kind,
          byField(sql.said.all(kind).map(({ verdict }) => JSON.parse(verdict as string) as Respelling)),
        ]),
      ),
      places: new Map(
        placesRules.map(({ kind }) => [
          kind,
          new Map(sql.said.all(kind).map(({ subject, verdict }) => [subject as string, verdict as string])),
        ]),
      ),
    }
    return known
  }

  /** The names that have several spellings, by key. */
  function variantsOf({ kind }: SpellingRule): Map<string, string[]> {
    const keys = new Map<string, string[]>()
    for (const { key, text } of sql.variants.all(kind)) {
      const texts = keys.get(key as string)
      if (texts) texts.push(text as string)
      else keys.set(key as string, [text as string])
    }
    return keys
  }

  /** How many tracks have each spelling of a name, in each of the rule's fields. Spellings that are gone are forgotten. */
  function countedIn({ kind, fields }: SpellingRule, key: string, texts: readonly string[]): CountedValue[] {
    return texts.flatMap(text => {
      const values = fields.flatMap(field => {
        const tracks = Number(sql.counted.get(field, text)?.tracks ?? 0)
        return tracks > 0 ? [{ field, text, tracks }] : []
      })
      if (values.length === 0) sql.unspell.run(kind, key, text)
      return values
    })
  }

  /** Keeps what a rule says now; calls `matters` for each subject of which it says something else than before. */
  function* keep(kind: string, now: ReadonlyMap<string, string>, matters: (subject: string) => void): Steps {
    const before = new Map(sql.said.all(kind).map(({ subject, verdict }) => [subject as string, verdict as string]))
    for (const subject of new Set([...now.keys(), ...before.keys()])) {
      const verdict = now.get(subject)
      if (before.get(subject) === verdict) continue
      if (verdict === undefined) sql.unsay.run(kind, subject)
      else sql.say.run(kind, subject, verdict)
      matters(subject)
      known = null
      yield
    }
  }

  function* judge(): Steps {
    for (const rule of spellingRules) {
      const said = new Map<string, string>()
      for (const [key, texts] of variantsOf(rule)) {
        for (const each of checkValues(rule, countedIn(rule, key, texts)))
          said.set(`${each.field}\n${each.from}`, JSON.stringify(each))
        yield
      }
      yield* keep(rule.kind, said, subject => {
        const at = subject.indexOf('\n')
        sql.checkValue.run(subject.slice(0, at), subject.slice(at + 1))
      })
    }
    for (const rule of placesRules) {
      const said = new Map<string, string>()
      for (const { key } of sql.groups.all(rule.kind)) {
        const places = sql.grouped
          .all(rule.kind, key as string)
          .map(row => JSON.parse(row.place as string) as AlbumPlace)
        for (const { place, detail } of checkPlaces(rule, places)) said.set(placeKey(place.folder, place.title), detail)
        yield
      }
      yield* keep(rule.kind, said, subject => sql.checkFolder.run(subject.slice(0, subject.lastIndexOf('\n'))))
    }
  }

  return {
    current,
    spell(most) {
      const rows = sql.toSpell.all(most)
      for (const { value, text, field } of rows) {
        sql.spelled.run(value as number)
        if (text === null) continue
        for (const rule of spellingRules) {
          if (rule.fields.includes(field as string)) sql.spell.run(rule.kind, rule.key(text as string), text as string)
        }
      }
      return rows.length === most
    },
    keepPlaces(folder, places) {
      sql.dropGroups.run(folder)
      sql.dropPlaces.run(folder)
      for (const place of places) {
        const id = sql.place.run(folder, JSON.stringify(place)).lastInsertRowid
        for (const rule of placesRules) {
          const group = rule.group(place)
          if (group !== '') sql.group.run(rule.kind, group, id)
        }
      }
    },
    judge,
  }
}
