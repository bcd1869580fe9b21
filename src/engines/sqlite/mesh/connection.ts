import type { Socket } from "node:net";
import type { Logger } from "../../../kernel/logger.ts";
import { type Frame, FrameReader } from "./frame.ts";
import { encodeSignal, type Signal } from "./signal.ts";

/** What waits for a peer that does not read, at most; over it, its messages are dropped. 16 of the largest fit. */
export const SEND_BUFFER_LIMIT_BYTES: number = 16 * 1024 * 1024;

// Handed to the socket at once, at most: signals that come later overtake the messages behind it.
const WRITE_BYTES = 256 * 1024;

export interface ConnectionHandlers {
  onFrame(frame: Frame): void;
  /** Once, at the end. `error`: why, where it was not asked for by either side. */
  onClose(error: Error | undefined): void;
  /** State that the peer is still to be told, as of now: asked for just before a write. */
  collect(): readonly Signal[];
}

/** One socket, in frames. What is sent during one turn of the event loop leaves in one write. */
export class Connection {
  /** Resolves when the socket is closed. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  readonly #logger: Logger;
  readonly #reader = new FrameReader();
  #handlers: ConnectionHandlers;
  #signals: Buffer[] = [];
  #messages: Buffer[] = [];
  #nextMessage = 0;
  #messageBytes = 0;
  #scheduled = false;
  #error: Error | undefined;
  #dropped = 0;
  #dropping = false;

  constructor(socket: Socket, handlers: ConnectionHandlers, logger: Logger) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#logger = logger;
    socket.unref();
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => this.#write(WRITE_BYTES));
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    this.ended = new Promise((resolve) => {
      socket.on("close", () => {
        this.#handlers.onClose(this.#error);
        resolve();
      });
    });
  }

  get closed(): boolean {
    return this.#socket.destroyed;
  }

  /** Messages that were dropped because the peer did not read. */
  get dropped(): number {
    return this.#dropped;
  }

  handle(handlers: ConnectionHandlers): void {
    this.#handlers = handlers;
  }

  /** Sends ahead of all messages. Only for what is bounded in number by its kind. */
  send(signal: Signal): void {
    this.#signals.push(encodeSignal(signal));
    this.schedule();
  }

  /** Sends a frame, or drops it when too much waits already. */
  offer(frame: Buffer): boolean {
    if (this.closed || this.#waitingBytes() + frame.length > SEND_BUFFER_LIMIT_BYTES) {
      if (!this.#dropping) this.#logger.log("warn", "mesh peer does not read; its messages are dropped");
      this.#dropping = true;
      this.#dropped += 1;
      return false;
    }
    this.#dropping = false;
    this.#messages.push(frame);
    this.#messageBytes += frame.length;
    this.schedule();
    return true;
  }

  /** Has `collect` asked, and everything written, at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      // "drain" calls when it can go on; state is not collected until then, so a peer that does not read costs no memory.
      if (!this.#socket.writableNeedDrain) this.#write(WRITE_BYTES);
    });
  }

  /** Ends the connection once all is written. */
  end(): void {
    this.#write(Number.POSITIVE_INFINITY);
    this.#socket.end();
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #waitingBytes(): number {
    return this.#messageBytes + this.#socket.writableLength;
  }

  #write(limitBytes: number): void {
    if (!this.#socket.writable) return;
    const state = this.#handlers.collect().map(encodeSignal);
    const frames = [...this.#signals, ...state, ...this.#takeMessages(limitBytes)];
    this.#signals = [];
    if (frames.length === 0) return;
    this.#socket.cork();
    for (const frame of frames) this.#socket.write(frame);
    this.#socket.uncork();
    if (this.#messageBytes > 0 && !this.#socket.writableNeedDrain) this.schedule();
  }

  #takeMessages(limitBytes: number): Buffer[] {
    const from = this.#nextMessage;
    let bytes = 0;
    while (bytes < limitBytes) {
      const frame = this.#messages[this.#nextMessage];
      if (frame === undefined) break;
      bytes += frame.length;
      this.#nextMessage += 1;
    }
    const taken = this.#messages.slice(from, this.#nextMessage);
    this.#messageBytes -= bytes;
    if (this.#nextMessage * 2 >= this.#messages.length) {
      // Shifting in halves costs each message one move; shift() would cost as many as wait behind it.
      this.#messages = this.#messages.slice(this.#nextMessage);
      this.#nextMessage = 0;
    }
    return taken;
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.read(chunk)) {
        if (this.closed) return;
        this.#handlers.onFrame(frame);
      }
    } catch (error) {
      this.#logger.log("warn", "mesh connection closed: its peer sent what cannot be read", { error });
      this.destroy();
    }
  }
}
