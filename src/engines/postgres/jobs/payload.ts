import { TooLarge } from "../../../kernel/errors.ts";
import type { Payload } from "../../../kernel/job.ts";
import { illFormed } from "../errors.ts";

/** How a payload is kept: as text, as text with U+0000 in it, which a text column cannot give back, or as bytes. */
export const FORM: { readonly text: 0; readonly textWithNull: 1; readonly bytes: 2 } = {
  text: 0,
  textWithNull: 1,
  bytes: 2,
};
export type Form = (typeof FORM)[keyof typeof FORM];

/** Of one value: a row of it is sent as hexadecimal text, and no message of the server is longer than 1 GiB. */
export const MAX_VALUE_BYTES: number = 256 * 1_048_576;

/** @throws NotJson (`NOT_JSON`) for text that UTF-8 cannot hold; TooLarge (`TOO_LARGE`) */
export function formOf(payload: Payload | undefined, what: string, id: string): Form {
  if (payload === undefined) return FORM.text;
  const size = typeof payload === "string" ? payload.length : payload.byteLength;
  if (size > MAX_VALUE_BYTES / 3 && Buffer.byteLength(payload) > MAX_VALUE_BYTES)
    throw new TooLarge(
      `The ${what} of job ${id} has more than ${MAX_VALUE_BYTES} bytes, the most that the PostgreSQL engine takes. Store it elsewhere and pass its id.`,
      { details: { limitBytes: MAX_VALUE_BYTES } },
    );
  if (typeof payload !== "string") return FORM.bytes;
  // Reading it back would give U+FFFD where the lone surrogate was.
  if (!payload.isWellFormed()) throw illFormed(`The ${what} of job ${id}`);
  return payload.includes("\0") ? FORM.textWithNull : FORM.text;
}

/** A payload as the server wrote it: text as it is, everything else as base64. */
export function readPayload(form: string | null, text: string | null): Payload | undefined {
  if (text === null) return undefined;
  switch (Number(form)) {
    case FORM.text:
      return text;
    case FORM.textWithNull:
      return Buffer.from(text, "base64").toString("utf8");
    default:
      return new Uint8Array(Buffer.from(text, "base64"));
  }
}

/** An id that no column can hold is the id of nothing. */
export function isStorable(id: string): boolean {
  return !id.includes("\0") && id.isWellFormed();
}

/** A text for a column of type text. @throws NotJson (`NOT_JSON`) */
export function checkText(text: string, what: string): string {
  if (!isStorable(text)) throw illFormed(what);
  return text;
}
