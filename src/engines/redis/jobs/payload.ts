import type { Payload, When } from "../../../kernel/job.ts";
import { illFormed } from "../errors.ts";
import type { Writer } from "../wire/writer.ts";

/** How payloads are told apart. */
export const PAYLOAD_NONE = 0;
export const PAYLOAD_TEXT = 1;
export const PAYLOAD_BYTES = 2;

const nothing = new Uint8Array();

/** The number under which the kind of a payload is stored. */
export function payloadKind(payload: Payload | undefined): number {
  if (payload === undefined) return PAYLOAD_NONE;
  return typeof payload === "string" ? PAYLOAD_TEXT : PAYLOAD_BYTES;
}

/** Reads what is stored as a payload of this kind. */
export function readPayload(value: Buffer, at: number, length: number, kind: number | undefined): Payload | undefined {
  if (kind === PAYLOAD_TEXT) return value.toString("utf8", at, at + length);
  // A copy: the buffer is shared with whatever else the reply held.
  return kind === PAYLOAD_BYTES ? new Uint8Array(value.subarray(at, at + length)) : undefined;
}

/** Writes a payload, then its kind. */
export function writePayload(writer: Writer, payload: Payload | undefined): void {
  if (typeof payload === "string") writer.text(payload);
  else writer.bytes(payload ?? nothing);
  writer.number(payloadKind(payload));
}

/** Writes which kind of instant it is, then the number. */
export function writeWhen(writer: Writer, when: When | undefined): void {
  if (when === undefined) writer.number(0).number(0);
  else if ("afterMs" in when) writer.number(1).number(when.afterMs);
  else writer.number(2).number(when.at);
}

/** @throws NotJson (`NOT_JSON`) for text that UTF-8 cannot hold. */
export function checkPayload(payload: Payload | undefined, what: "input" | "result" | "progress", id: string): void {
  // Reading it back would give U+FFFD where the lone surrogate was.
  if (typeof payload === "string" && !payload.isWellFormed()) throw illFormed(`The ${what} of job ${id}`);
}
