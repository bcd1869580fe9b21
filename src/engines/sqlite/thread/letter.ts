import { deserialize, serialize } from "node:v8";
import { type Link, post } from "../mesh/index.ts";
import type { Call, Notice } from "../protocol.ts";

export type Reply = Extract<Notice, { kind: "reply" }>;

/** What the engine's threads of one file tell each other, by structured clone. */
export type Letter =
  /** The receiver is now the first in the queue for the write lock. */
  | { readonly kind: "turn" }
  /** To be done in the receiver's turn. */
  | { readonly kind: "calls"; readonly calls: readonly Call[] }
  /** `undone`: calls that failed there, which says nothing about here. */
  | { readonly kind: "answers"; readonly replies: readonly Reply[]; readonly undone: readonly number[] };

/** False where the peer does not read, or the letter is too large. */
export function send(to: Link, letter: Letter): boolean {
  return post(to, serialize(letter));
}

/** @throws Error where the bytes are no letter. */
export function decodeLetter(bytes: Buffer): Letter {
  return deserialize(bytes) as Letter;
}
