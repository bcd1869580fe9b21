// MessagePack, as far as Redis' own decoder for scripts (cmsgpack) needs it. Arguments packed as one value cost 0.5 µs a
// job at the client, where each as an argument of its own costs 2 to 4. Written here because a library's encoder makes an
// array of objects first, which is most of the cost.
const NIL_FALSE = 0xc2;
const TRUE = 0xc3;
const DOUBLE = 0xcb;
const UINT32 = 0xce;
const STRING32 = 0xdb;
const ARRAY32 = 0xdd;
const MAX_UINT32 = 0xffffffff;
const MAX_FIXED = 0x7f;
// A slab serves many messages: what is handed out is never written again, since a socket may still hold it.
const SLAB_BYTES = 256 * 1024;
const MAX_UTF8_BYTES_PER_UNIT = 3;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let slabAt = 0;

/** Packs values into one message. */
export class Writer {
  #buffer: Buffer;
  #start: number;
  #at: number;
  /** Where the string of several parts begins, from the start of the message. */
  #stringAt = 0;

  constructor() {
    if (slabAt > SLAB_BYTES / 2) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      slabAt = 0;
    }
    this.#buffer = slab;
    this.#start = slabAt;
    this.#at = slabAt;
  }

  /** Begins an array of so many values, which follow. */
  array(length: number): this {
    this.#reserve(5);
    this.#buffer[this.#at] = ARRAY32;
    this.#at = this.#buffer.writeUInt32BE(length, this.#at + 1);
    return this;
  }

  number(value: number): this {
    this.#reserve(9);
    if (Number.isInteger(value) && value >= 0 && value <= MAX_UINT32 && !Object.is(value, -0)) {
      if (value <= MAX_FIXED) {
        this.#buffer[this.#at] = value;
        this.#at += 1;
      } else {
        this.#buffer[this.#at] = UINT32;
        this.#at = this.#buffer.writeUInt32BE(value, this.#at + 1);
      }
    } else {
      this.#buffer[this.#at] = DOUBLE;
      this.#at = this.#buffer.writeDoubleBE(value, this.#at + 1);
    }
    return this;
  }

  boolean(value: boolean): this {
    this.#reserve(1);
    this.#buffer[this.#at] = value ? TRUE : NIL_FALSE;
    this.#at += 1;
    return this;
  }

  text(value: string): this {
    this.#reserve(5 + value.length * MAX_UTF8_BYTES_PER_UNIT);
    const bytes = this.#buffer.write(value, this.#at + 5);
    return this.#stringHead(bytes);
  }

  bytes(value: Uint8Array): this {
    this.#reserve(5 + value.length);
    this.#buffer.set(value, this.#at + 5);
    return this.#stringHead(value.length);
  }

  /** Begins a string of several parts, up to `endString()`; what is packed meanwhile is a part as well. */
  beginString(): this {
    this.#reserve(5);
    this.#stringAt = this.#at - this.#start;
    this.#at += 5;
    return this;
  }

  /** A part of a string; gives its length in bytes. */
  part(value: string | Uint8Array): number {
    const isText = typeof value === "string";
    this.#reserve(value.length * (isText ? MAX_UTF8_BYTES_PER_UNIT : 1));
    if (!isText) this.#buffer.set(value, this.#at);
    const bytes = isText ? this.#buffer.write(value, this.#at) : value.length;
    this.#at += bytes;
    return bytes;
  }

  endString(): this {
    const head = this.#start + this.#stringAt;
    this.#buffer[head] = STRING32;
    this.#buffer.writeUInt32BE(this.#at - head - 5, head + 1);
    return this;
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#at - this.#start;
  }

  texts(values: readonly string[]): this {
    this.array(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  /** The message; the writer is not used any more. */
  finish(): Buffer {
    if (this.#buffer === slab) slabAt = this.#at;
    return this.#buffer.subarray(this.#start, this.#at);
  }

  #stringHead(bytes: number): this {
    this.#buffer[this.#at] = STRING32;
    this.#buffer.writeUInt32BE(bytes, this.#at + 1);
    this.#at += 5 + bytes;
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const used = this.#at - this.#start;
    const larger = Buffer.allocUnsafeSlow(Math.max((used + bytes) * 2, SLAB_BYTES));
    this.#buffer.copy(larger, 0, this.#start, this.#at);
    this.#buffer = larger;
    this.#start = 0;
    this.#at = used;
  }
}

/** One message of values that are written by `write`. */
export function pack(write: (writer: Writer) => void): Buffer {
  const writer = new Writer();
  write(writer);
  return writer.finish();
}
