import type { Signal } from "./signal.ts";

/** The connection to one peer, as what is sent over it sees it. */
export interface Link {
  /** Sends ahead of all messages. */
  send(signal: Signal): void;
  /** Sends the frame of a message, or drops it and answers false when the peer does not read. */
  offer(frame: Buffer): boolean;
  /** Has the peer told, at the end of this turn, what it is still to be told. */
  schedule(): void;
}
