import type { DatabaseSync } from 'node:sqlite'
import { createValueIndex, fileNameField } from '../../../src/catalogue/values.ts'
import { pathKey, sortKey } from '../../../src/library/order.ts'
import type { PlainTrack } from './naive.ts'

/** A track with only what a test is about. */
export function plainTrack(id: number, given: Partial<PlainTrack> = {}): PlainTrack {
  const none = { duration: null, bitrate: null, sampleRate: null, channels: null, bitsPerSample: null }
  return {
    id,
    folder: '',
    name: `${id}.mp3`,
    read: true,
    writable: true,
    lossless: false,
    container: 'MPEG',
    codec: 'MPEG 1 Layer 3',
    modified: 0,
    tags: {},
    ...given,
    numbers: { ...none, size: 1, pictures: 0, ...given.numbers },
  }
}

/** Writes plain tracks into a catalogue, in transactions as the catalogue does. */
export function createWriter(database: DatabaseSync) {
  // Deleting from the index leaves a last_insert_rowid that node:sqlite cannot say; within a trigger it does not.
  database.exec(`CREATE TRIGGER IF NOT EXISTS value_gone AFTER DELETE ON value
    BEGIN DELETE FROM value_text WHERE rowid = old.id; END`)
  const values = createValueIndex(database)
  const folderOf = (path: string) =>
    Number(
      database
        .prepare(
          "INSERT INTO folder (path, key, device, modified) VALUES (?, ?, '', '') ON CONFLICT DO UPDATE SET key = key RETURNING id",
        )
        .get(path, pathKey(path))?.id,
    )
  const valuesOf = (track: PlainTrack) => ({ ...track.tags, [fileNameField]: [track.name] })

  function transaction(work: () => void): void {
    database.exec('BEGIN')
    work()
    values.flush()
    database.exec('COMMIT')
  }

  return {
    put(track: PlainTrack, before?: PlainTrack) {
      const { duration, bitrate, sampleRate, channels, bitsPerSample, size, pictures } = track.numbers
      transaction(() => {
        database
          .prepare(
            `INSERT INTO track (id, folder, name, name_key, device, inode, revision, size, modified, read, writable,
              lossless, container, codec, duration, bitrate, sample_rate, channels, bits_per_sample, pictures)
            VALUES (?, ?, ?, ?, '', '', '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
              folder = excluded.folder, name = excluded.name, size = excluded.size, modified = excluded.modified,
              read = excluded.read, writable = excluded.writable, lossless = excluded.lossless,
              container = excluded.container, codec = excluded.codec, duration = excluded.duration,
              bitrate = excluded.bitrate, sample_rate = excluded.sample_rate, channels = excluded.channels,
              bits_per_sample = excluded.bits_per_sample, pictures = excluded.pictures`,
          )
          .run(
            ...[track.id, folderOf(track.folder), track.name, sortKey(track.name), size, track.modified],
            ...[Number(track.read), Number(track.writable), track.lossless === null ? null : Number(track.lossless)],
            ...[track.container, track.codec, duration, bitrate, sampleRate, channels, bitsPerSample, pictures],
          )
        values.replace(track.id, before ? valuesOf(before) : {}, valuesOf(track))
      })
    },
    remove(track: PlainTrack) {
      transaction(() => {
        values.replace(track.id, valuesOf(track), {})
        database.prepare('DELETE FROM track WHERE id = ?').run(track.id)
      })
    },
    renameFolder(from: string, to: string) {
      transaction(() => {
        database.prepare('DELETE FROM folder WHERE path = ?').run(to)
        database.prepare('UPDATE folder SET path = ?, key = ? WHERE path = ?').run(to, pathKey(to), from)
      })
    },
  }
}
