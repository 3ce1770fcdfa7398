/* Files of chunks, made in memory from the specifications alone. */

export type ChunkSpec = readonly [id: string, body: Uint8Array]

/** A list of chunks with their padding bytes. */
export function riffChunks(chunks: readonly ChunkSpec[]): Buffer {
  return Buffer.concat(
    chunks.flatMap(([id, body]) => [Buffer.from(id), le32(body.length), body, Buffer.alloc(body.length % 2)]),
  )
}

export function formChunks(chunks: readonly ChunkSpec[]): Buffer {
  return Buffer.concat(
    chunks.flatMap(([id, body]) => [Buffer.from(id), be32(body.length), body, Buffer.alloc(body.length % 2)]),
  )
}

export function frm8Chunks(chunks: readonly ChunkSpec[]): Buffer {
  return Buffer.concat(
    chunks.flatMap(([id, body]) => [Buffer.from(id), be64(body.length), body, Buffer.alloc(body.length % 2)]),
  )
}

export function le32(n: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(n)
  return bytes
}

export const be32 = (n: number): Buffer => le32(n).reverse()

export function le64(n: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(n))
  return bytes
}

export const be64 = (n: number): Buffer => le64(n).reverse()

export interface FoundChunk {
  readonly id: string
  readonly offset: number
  readonly body: Buffer
}

/** The chunks of a file from `start` on; throws where they do not fill it exactly. */
export function findChunks(file: Buffer, start: number, kind: 'riff' | 'form' | 'frm8'): FoundChunk[] {
  const found: FoundChunk[] = []
  const header = kind === 'frm8' ? 12 : 8
  let at = start
  while (at < file.length) {
    const size =
      kind === 'riff'
        ? file.readUInt32LE(at + 4)
        : kind === 'form'
          ? file.readUInt32BE(at + 4)
          : Number(file.readBigUInt64BE(at + 4))
    const body = file.subarray(at + header, at + header + size)
    if (body.length < size) throw new Error(`a chunk at ${at} claims too much`)
    found.push({ id: file.toString('latin1', at, at + 4), offset: at, body })
    at += header + size + (size % 2)
  }
  if (at !== file.length) throw new Error('the last chunk lacks its padding byte')
  return found
}

export const bodyOf = (chunks: readonly FoundChunk[], id: string): Buffer | undefined =>
  chunks.find(chunk => chunk.id === id)?.body
