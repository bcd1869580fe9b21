/**
 * What the event loop and the lease thread share: memory, because a blocked loop answers no message. Instants are of
 * `process.hrtime`, which is the same in all threads of a process, in milliseconds.
 */
export class SharedPulse {
  readonly buffer: SharedArrayBuffer;
  readonly #giveUpAtMs: Float64Array;
  readonly #integers: Int32Array;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(16)) {
    this.buffer = buffer;
    this.#giveUpAtMs = new Float64Array(buffer, 0, 1);
    this.#integers = new Int32Array(buffer, 8, 2);
  }

  /** Raised by the event loop whenever it turns. */
  get beats(): number {
    return Atomics.load(this.#integers, 0);
  }

  beat(): void {
    Atomics.add(this.#integers, 0, 1);
  }

  /** When the first of the running attempts is to be given up, and the number of its task; 0 while none runs. */
  get limit(): { readonly giveUpAtMs: number; readonly task: number } {
    return { giveUpAtMs: this.#giveUpAtMs[0] ?? 0, task: Atomics.load(this.#integers, 1) };
  }

  setLimit(giveUpAtMs: number, task: number): void {
    this.#giveUpAtMs[0] = giveUpAtMs;
    this.#integers[1] = task;
  }
}

/** The clock that all threads of a process share, in milliseconds. */
export function threadClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
