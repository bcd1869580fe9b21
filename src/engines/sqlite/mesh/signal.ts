import { allocateFrame, FrameError } from "./frame.ts";

/** What meshes tell each other, one JSON frame each. */
export type Signal =
  /** The first frame of the peer that connects. `to` shows that it has read the registry; `label` is its address for letters. */
  | { readonly kind: "hello"; readonly from: string; readonly to: string; readonly label: string }
  /** The answer to a hello: this connection is the one that the two keep. */
  | { readonly kind: "welcome"; readonly from: string; readonly label: string }
  /** The answer to a hello: the two have a connection, or the other one's is to be kept. */
  | { readonly kind: "refused" }
  /** Changes of the sender's subscriptions, to be acknowledged by their sequence number. */
  | {
      readonly kind: "topics";
      readonly sequence: number;
      readonly subscribed: readonly string[];
      readonly unsubscribed: readonly string[];
    }
  /** The receiver's changes up to this one are in effect. */
  | { readonly kind: "acknowledged"; readonly sequence: number }
  /** Workers of one interest are one group; it is described once to each peer. */
  | {
      readonly kind: "group";
      readonly group: number;
      readonly queues: readonly string[] | undefined;
      readonly tasks: readonly string[];
    }
  /** So many workers of the group are idle. */
  | { readonly kind: "idle"; readonly group: number; readonly count: number }
  /** The group is no more. */
  | { readonly kind: "dissolved"; readonly group: number }
  /** Jobs are ready for idle workers that were announced by the receiver. */
  | WakeSignal
  /** The answer to a wake for more workers than are idle: others may take what is left. */
  | (Omit<WakeSignal, "kind"> & { readonly kind: "missed" });

export interface WakeSignal {
  readonly kind: "wake";
  readonly group: number;
  readonly queue: string;
  readonly task: string;
  readonly count: number;
}

export function encodeSignal(signal: Signal): Buffer {
  const json = JSON.stringify(signal);
  const { frame, bodyOffset } = allocateFrame("signal", Buffer.byteLength(json));
  frame.write(json, bodyOffset, "utf8");
  return frame;
}

/** @throws FrameError */
export function decodeSignal(body: Buffer): Signal {
  const fields = parseFields(body);
  switch (fields.kind) {
    case "hello":
      return { kind: "hello", from: text(fields.from), to: text(fields.to), label: label(fields.label) };
    case "welcome":
      return { kind: "welcome", from: text(fields.from), label: label(fields.label) };
    case "refused":
      return { kind: "refused" };
    case "topics":
      return {
        kind: "topics",
        sequence: count(fields.sequence),
        subscribed: texts(fields.subscribed),
        unsubscribed: texts(fields.unsubscribed),
      };
    case "acknowledged":
      return { kind: "acknowledged", sequence: count(fields.sequence) };
    case "group":
      return {
        kind: "group",
        group: count(fields.group),
        queues: fields.queues === undefined ? undefined : texts(fields.queues),
        tasks: texts(fields.tasks),
      };
    case "idle":
      return { kind: "idle", group: count(fields.group), count: count(fields.count) };
    case "dissolved":
      return { kind: "dissolved", group: count(fields.group) };
    case "wake":
    case "missed":
      return {
        kind: fields.kind,
        group: count(fields.group),
        queue: text(fields.queue),
        task: text(fields.task),
        count: count(fields.count),
      };
    default:
      throw new FrameError(`A signal has the unknown kind ${JSON.stringify(fields.kind)}.`);
  }
}

function parseFields(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new FrameError("A signal is not JSON.", { cause: error });
  }
  if (typeof value !== "object" || value === null) throw new FrameError("A signal is not an object.");
  return Object.fromEntries(Object.entries(value));
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new FrameError("A signal lacks a text.");
  return value;
}

/** A peer from before there were letters has none. */
function label(value: unknown): string {
  return value === undefined ? "" : text(value);
}

function count(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new FrameError("A signal lacks a whole number.");
  }
  return value;
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new FrameError("A signal lacks a list.");
  return value.map(text);
}
