const prefix = 'metadata-remote.'

/** What this browser remembers between visits; nothing where it keeps no storage for the page. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key)
  } catch {
    return null
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(prefix + key, value)
  } catch {
    // private windows may refuse; the choice then lasts as long as the page
  }
}
