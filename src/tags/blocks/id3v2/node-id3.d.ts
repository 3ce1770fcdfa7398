declare module 'node-id3/src/ID3FrameBuilder.js' {
  /** node-id3's encoder of frame bodies; getBuffer() puts a ten-byte ID3v2.3 header before the body. */
  export default class ID3FrameBuilder {
    constructor(identifier: string)
    appendStaticNumber(value: number, size: number): this
    appendStaticValue(value: string | Buffer, size?: number | null, encoding?: number): this
    appendNullTerminatedValue(value: string, encoding?: number): this
    getBuffer(): Buffer
  }
}
