// length (4 bytes, of all that follows) · version (1) · type (1) · body
const LENGTH_BYTES = 4;
const HEADER_BYTES = LENGTH_BYTES + 2;
const VERSION = 1;

/** The largest message of 1 MiB takes 2 MiB as UTF-16; a frame over twice that is not one of ours. */
export const FRAME_LIMIT_BYTES: number = 4 * 1024 * 1024;

/** `signal`: JSON between the meshes themselves. `message`: one message of the bus. `letter`: bytes for this peer alone. */
export type FrameType = "signal" | "message" | "letter";

export interface Frame {
  readonly type: FrameType;
  /** A view of the bytes read: copy what is kept. */
  readonly body: Buffer;
}

/** Bytes that are not a frame of this version. It ends the connection they came from and is never thrown further. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

const TYPE_CODES: Readonly<Record<FrameType, number>> = { signal: 1, message: 2, letter: 3 };

/** A frame with its header written and `bodyBytes` of room: fill `frame.subarray(bodyOffset)`. */
export function allocateFrame(
  type: FrameType,
  bodyBytes: number,
): { readonly frame: Buffer; readonly bodyOffset: number } {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bodyBytes);
  frame.writeUInt32BE(bodyBytes + HEADER_BYTES - LENGTH_BYTES, 0);
  frame[LENGTH_BYTES] = VERSION;
  frame[LENGTH_BYTES + 1] = TYPE_CODES[type];
  return { frame, bodyOffset: HEADER_BYTES };
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #neededBytes = HEADER_BYTES;

  /**
   * The frames that this chunk completes.
   *
   * @throws FrameError at a frame of another version, of an unknown type, or over `FRAME_LIMIT_BYTES`; nothing after
   * it can be read.
   */
  read(chunk: Buffer): Frame[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // Joined only when a whole frame is there: a frame of many chunks is copied once, not once a chunk.
    return this.#bytes < this.#neededBytes ? [] : this.#cut();
  }

  #cut(): Frame[] {
    const [first] = this.#chunks;
    const bytes = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks, this.#bytes);
    const frames: Frame[] = [];
    let offset = 0;
    this.#neededBytes = HEADER_BYTES;
    while (bytes.length - offset >= HEADER_BYTES) {
      const frameBytes = readFrameBytes(bytes, offset);
      if (bytes.length - offset < frameBytes) {
        this.#neededBytes = frameBytes;
        break;
      }
      frames.push({
        type: readType(bytes, offset),
        body: bytes.subarray(offset + HEADER_BYTES, offset + frameBytes),
      });
      offset += frameBytes;
    }
    this.#chunks = offset === bytes.length ? [] : [bytes.subarray(offset)];
    this.#bytes = bytes.length - offset;
    return frames;
  }
}

function readFrameBytes(bytes: Buffer, offset: number): number {
  const frameBytes = bytes.readUInt32BE(offset) + LENGTH_BYTES;
  const version = bytes[offset + LENGTH_BYTES];
  if (version !== VERSION)
    throw new FrameError(`Version ${version} of the mesh is not ${VERSION}, the one spoken here.`);
  if (frameBytes < HEADER_BYTES || frameBytes > FRAME_LIMIT_BYTES) {
    throw new FrameError(`A frame of ${frameBytes} bytes is not within ${HEADER_BYTES} to ${FRAME_LIMIT_BYTES}.`);
  }
  return frameBytes;
}

function readType(bytes: Buffer, offset: number): FrameType {
  const code = bytes[offset + LENGTH_BYTES + 1];
  switch (code) {
    case TYPE_CODES.signal:
      return "signal";
    case TYPE_CODES.message:
      return "message";
    case TYPE_CODES.letter:
      return "letter";
    default:
      throw new FrameError(`A frame has the unknown type ${code}.`);
  }
}
