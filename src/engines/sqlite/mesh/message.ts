import { NameInvalid, TooLarge } from "../../../kernel/errors.ts";
import type { Payload } from "../../../kernel/job.ts";
import { allocateFrame, FrameError } from "./frame.ts";

/** The largest message that `publish` takes, in bytes (UTF-8 for text): 1 MiB. */
export const MESSAGE_LIMIT_BYTES: number = 1024 * 1024;

const TOPIC_LIMIT_BYTES = 65_535;

// encoding of the payload (1 byte) · length of the topic (2) · topic · payload
const PREFIX_BYTES = 3;
const BYTES = 0;
const UTF8 = 1;
// UTF-8 cannot hold a lone surrogate, so text that has one travels as the UTF-16 that it is.
const UTF16 = 2;

export interface Message {
  readonly topic: string;
  readonly payload: Payload;
}

/**
 * @throws TooLarge (`TOO_LARGE`) over `MESSAGE_LIMIT_BYTES`.
 * @throws NameInvalid (`NAME_INVALID`) for a topic of more than 65,535 bytes, or with a lone surrogate.
 */
export function checkMessage({ topic, payload }: Message): void {
  if (!topic.isWellFormed() || Buffer.byteLength(topic) > TOPIC_LIMIT_BYTES) {
    throw new NameInvalid(
      `A topic of ${topic.length} characters is not one: it takes 65,535 bytes at most and no lone surrogates. Choose a shorter name.`,
    );
  }
  const bytes = typeof payload === "string" ? Buffer.byteLength(payload) : payload.byteLength;
  if (bytes > MESSAGE_LIMIT_BYTES) {
    throw new TooLarge(
      `The message for topic ${JSON.stringify(topic)} has ${bytes} bytes, over the limit of ${MESSAGE_LIMIT_BYTES}: ` +
        "store the data and publish its id or place.",
      { details: { bytes, limitBytes: MESSAGE_LIMIT_BYTES } },
    );
  }
}

export function encodeMessage({ topic, payload }: Message): Buffer {
  const encoding = encodingOf(payload);
  const topicBytes = Buffer.byteLength(topic);
  const payloadBytes = typeof payload === "string" ? Buffer.byteLength(payload, nameOf(encoding)) : payload.byteLength;
  const { frame, bodyOffset } = allocateFrame("message", PREFIX_BYTES + topicBytes + payloadBytes);
  frame[bodyOffset] = encoding;
  frame.writeUInt16BE(topicBytes, bodyOffset + 1);
  frame.write(topic, bodyOffset + PREFIX_BYTES, "utf8");
  const payloadOffset = bodyOffset + PREFIX_BYTES + topicBytes;
  if (typeof payload === "string") frame.write(payload, payloadOffset, nameOf(encoding));
  else frame.set(payload, payloadOffset);
  return frame;
}

/** @throws FrameError */
export function decodeMessage(body: Buffer): Message {
  if (body.length < PREFIX_BYTES) throw new FrameError(`A message of ${body.length} bytes is cut short.`);
  const payloadOffset = PREFIX_BYTES + body.readUInt16BE(1);
  if (payloadOffset > body.length) throw new FrameError("A message ends within its topic.");
  const topic = body.toString("utf8", PREFIX_BYTES, payloadOffset);
  const encoding = body[0];
  switch (encoding) {
    case BYTES:
      // A copy: a view would keep the whole chunk alive, and be sent whole to another thread.
      return { topic, payload: new Uint8Array(body.subarray(payloadOffset)) };
    case UTF8:
    case UTF16:
      return { topic, payload: body.toString(nameOf(encoding), payloadOffset) };
    default:
      throw new FrameError(`A message has the unknown encoding ${encoding}.`);
  }
}

function encodingOf(payload: Payload): number {
  if (typeof payload !== "string") return BYTES;
  return payload.isWellFormed() ? UTF8 : UTF16;
}

function nameOf(encoding: number): "utf8" | "utf16le" {
  return encoding === UTF16 ? "utf16le" : "utf8";
}
