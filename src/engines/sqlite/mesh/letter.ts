import { allocateFrame } from "./frame.ts";
import type { Link } from "./link.ts";

/** The largest letter: 1 MiB. */
export const LETTER_LIMIT_BYTES: number = 1024 * 1024;

/** Sends bytes to one peer alone. False, and nothing is sent, where they are over the limit or the peer does not read. */
export function post(peer: Link, letter: Uint8Array): boolean {
  if (letter.byteLength > LETTER_LIMIT_BYTES) return false;
  const { frame, bodyOffset } = allocateFrame("letter", letter.byteLength);
  frame.set(letter, bodyOffset);
  return peer.offer(frame);
}
