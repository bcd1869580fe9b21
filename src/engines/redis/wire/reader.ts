import { StorageInvalid } from "../../../kernel/errors.ts";

/** Reads what a script packed by cmsgpack, one value after the other: whoever reads knows what comes. */
export class Reader {
  readonly buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at: number = 0) {
    this.buffer = buffer;
    this.#at = at;
  }

  /** The length of the array whose values follow. */
  array(): number {
    const type = this.#byte();
    if (type >= 0x90 && type <= 0x9f) return type & 0x0f;
    if (type === 0xdc) return this.#uint(2);
    if (type === 0xdd) return this.#uint(4);
    throw unexpected("an array", type);
  }

  number(): number {
    const type = this.#byte();
    if (type <= 0x7f) return type;
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xca:
        return this.#read(4, this.buffer.readFloatBE(this.#at));
      case 0xcb:
        return this.#read(8, this.buffer.readDoubleBE(this.#at));
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return this.#read(8, Number(this.buffer.readBigUInt64BE(this.#at)));
      case 0xd0:
        return this.#read(1, this.buffer.readInt8(this.#at));
      case 0xd1:
        return this.#read(2, this.buffer.readInt16BE(this.#at));
      case 0xd2:
        return this.#read(4, this.buffer.readInt32BE(this.#at));
      case 0xd3:
        return this.#read(8, Number(this.buffer.readBigInt64BE(this.#at)));
      default:
        throw unexpected("a number", type);
    }
  }

  boolean(): boolean {
    const type = this.#byte();
    if (type === 0xc2 || type === 0xc3) return type === 0xc3;
    throw unexpected("true or false", type);
  }

  text(): string {
    const length = this.#stringLength();
    return this.#read(length, this.buffer.toString("utf8", this.#at, this.#at + length));
  }

  /** A view of the message, not a copy. */
  bytes(): Buffer {
    const length = this.#stringLength();
    return this.#read(length, this.buffer.subarray(this.#at, this.#at + length));
  }

  texts(): string[] {
    return Array.from({ length: this.array() }, () => this.text());
  }

  /** The present place, for `moveTo`. */
  place(): number {
    return this.#at;
  }

  moveTo(place: number): void {
    this.#at = place;
  }

  /** Whether an array comes next. */
  get isArray(): boolean {
    const type = this.buffer[this.#at] ?? 0;
    return (type >= 0x90 && type <= 0x9f) || type === 0xdc || type === 0xdd;
  }

  /** Whether `false` comes next; it is passed over then. */
  skipFalse(): boolean {
    if (this.buffer[this.#at] !== 0xc2) return false;
    this.#at += 1;
    return true;
  }

  /** Whether a number comes next. */
  get isNumber(): boolean {
    const type = this.buffer[this.#at] ?? 0;
    return type <= 0x7f || type >= 0xe0 || (type >= 0xca && type <= 0xd3);
  }

  #stringLength(): number {
    const type = this.#byte();
    if (type >= 0xa0 && type <= 0xbf) return type & 0x1f;
    if (type === 0xd9 || type === 0xc4) return this.#uint(1);
    if (type === 0xda || type === 0xc5) return this.#uint(2);
    if (type === 0xdb || type === 0xc6) return this.#uint(4);
    throw unexpected("a string", type);
  }

  #byte(): number {
    const byte = this.buffer[this.#at];
    if (byte === undefined) throw unexpected("a value", undefined);
    this.#at += 1;
    return byte;
  }

  #uint(bytes: number): number {
    return this.#read(bytes, this.buffer.readUIntBE(this.#at, bytes));
  }

  #read<Value>(bytes: number, value: Value): Value {
    this.#at += bytes;
    return value;
  }
}

function unexpected(what: string, type: number | undefined): StorageInvalid {
  return new StorageInvalid(
    `A reply of Redis has ${type === undefined ? "its end" : `type ${type}`} where ${what} belongs: another version of Lovage may have changed its scripts.`,
  );
}
