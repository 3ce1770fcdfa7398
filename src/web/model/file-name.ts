const audioExtensions = new Set(
  'mp3 flac ogg oga opus spx m4a m4b m4p m4r mp4 aac wma asf wav aif aiff aifc ape wv mpc mp+ dsf dff tta mka'.split(
    ' ',
  ),
)

/** A file's name in two: `Song.live` and `.mp3`. */
export function splitName(name: string): { stem: string; extension: string } {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? { stem: name.slice(0, dot), extension: name.slice(dot) } : { stem: name, extension: '' }
}

/**
 * The name that a file gets when a person types `typed` over `current`: the extension stays, though it was deleted or
 * the name has a dot of its own (`Vol. 2`), unless another audio extension is given on purpose.
 */
export function renamed(current: string, typed: string): string {
  const name = typed.trim()
  const { extension } = splitName(current)
  if (name === '' || name.toLowerCase() === extension.toLowerCase()) return current
  const given = splitName(name).extension
  const chosen = given.toLowerCase() === extension.toLowerCase() || audioExtensions.has(given.slice(1).toLowerCase())
  return chosen ? name : name.replace(/\.+$/, '') + extension
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
