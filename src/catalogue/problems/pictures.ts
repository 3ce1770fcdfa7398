import type { TrackRule } from './rule.ts'

/** Pixels of the longer side, and bytes. */
const mostPixels = 1500
const mostBytes = 1_000_000

export const largePicture: TrackRule = {
  kind: 'picture-large',
  label: 'Pictures that are too large',
  explanation:
    'A picture of more than 1500 pixels or 1 MB is in every track of the album again: it fills phones, slows lists down, and some players and cars show none at all.',
  scope: 'track',
  check({ facts: { pictures } }) {
    const large = pictures.filter(
      ({ width, height, bytes }) => Math.max(width ?? 0, height ?? 0) > mostPixels || bytes > mostBytes,
    )
    if (large.length === 0) return null
    const sizes = large.map(({ type, width, height, bytes }) => {
      const size = `${(bytes / 1_000_000).toFixed(2)} MB`
      return width === null ? `${type}: ${size}` : `${type}: ${width} × ${height} pixels, ${size}`
    })
    return { detail: `${sizes.join('; ')}.`, edits: [] }
  },
}

export const noFrontPicture: TrackRule = {
  kind: 'picture-not-front',
  label: 'No picture is the front cover',
  explanation:
    'There are pictures, but none is marked as the front cover, so it is chance which one a player shows. A single picture is proposed as the front cover.',
  scope: 'track',
  check({ facts: { pictures } }) {
    const [only] = pictures
    if (!only || pictures.some(({ type }) => type === 'front')) return null
    const types = [...new Set(pictures.map(({ type }) => type))].join(', ')
    // A picture of the artist or the back is one, even alone; only `other` says nothing.
    return {
      detail: `${pictures.length === 1 ? 'The picture is' : 'The pictures are'} of the type ${types}.`,
      edits:
        pictures.length === 1 && only.type === 'other' && only.width !== null
          ? [
              { op: 'setPicture', type: 'front', picture: only.sha256 },
              { op: 'removePicture', type: 'other' },
            ]
          : [],
    }
  },
}
