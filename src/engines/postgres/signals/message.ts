import type { JobChange, JobState, Payload } from "../../../kernel/job.ts";
import { FORM, type Form } from "../jobs/payload.ts";

/** What a notification says. */
export type Notification =
  | { readonly kind: "message"; readonly message: Payload }
  /** The message is in a row. */
  | { readonly kind: "row"; readonly sequence: number }
  /** Workers of this process that waited; `last` is the number, in push order, of the last job that they may hear of. */
  | { readonly kind: "wake"; readonly last: number; readonly waiters: readonly number[] }
  /** Notifications arrive at all. */
  | { readonly kind: "probe" };

// NOTIFY takes fewer than 8,000 bytes.
const MAX_INLINE_BYTES = 7_900;

export const PROBE = "p:";

/** A message as NOTIFY can carry it; undefined where it cannot. `tag` tells it from another one of the same text. */
export function toInline(message: Payload, form: Form, tag: string): string | undefined {
  const inline =
    form === FORM.text ? `t${tag}:${message}` : `b${tag}:${form}${Buffer.from(message).toString("base64")}`;
  return Buffer.byteLength(inline) < MAX_INLINE_BYTES ? inline : undefined;
}

/** Reads what `toInline` or a function of the schema wrote; undefined for what neither did. */
export function readNotification(payload: string): Notification | undefined {
  const colon = payload.indexOf(":");
  const tag = payload.slice(1, colon);
  const body = payload.slice(colon + 1);
  switch (payload[0]) {
    case "t":
      return { kind: "message", message: body };
    case "b":
      return { kind: "message", message: fromBase64(Number(body[0]), body.slice(1)) };
    case "r":
      return { kind: "row", sequence: Number(body) };
    case "w":
      return { kind: "wake", last: Number(tag), waiters: body.split(",").map(Number) };
    case "p":
      return { kind: "probe" };
    default:
      return undefined;
  }
}

function fromBase64(form: number, text: string): Payload {
  const bytes = Buffer.from(text, "base64");
  return form === FORM.bytes ? new Uint8Array(bytes) : bytes.toString("utf8");
}

/** The changes that the function `changed` sends: pairs of id and state. */
export function decodeChanges(message: Payload): readonly JobChange[] {
  const pairs = JSON.parse(String(message)) as readonly (readonly [string, JobState])[];
  return pairs.map(([id, state]) => ({ id, state }));
}
