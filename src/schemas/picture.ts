import { type Static, Type } from 'typebox'
import { Nullable } from './common.ts'
import { pictureTypes } from './picture-types.ts'

export type PictureType = (typeof pictureTypes)[number]

export const PictureType = Type.Enum([...pictureTypes])

export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' })

/** An embedded picture. `width` and `height` are in pixels, null where the image's own header does not say. */
export const Picture = Type.Object({
  index: Type.Integer({ minimum: 0 }),
  type: PictureType,
  mime: Type.String(),
  width: Nullable(Type.Integer()),
  height: Nullable(Type.Integer()),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String(),
  description: Type.String(),
})
export type Picture = Static<typeof Picture>

/** An uploaded picture, ready for `setPicture`. */
export const StoredPicture = Type.Object({
  sha256: Sha256,
  mime: Type.String(),
  width: Type.Integer(),
  height: Type.Integer(),
  bytes: Type.Integer(),
})
export type StoredPicture = Static<typeof StoredPicture>
