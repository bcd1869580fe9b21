import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allocateFrame,
  FRAME_LIMIT_BYTES,
  FrameError,
  FrameReader,
} from "../../../../src/engines/sqlite/mesh/frame.ts";
import {
  checkMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE_LIMIT_BYTES,
} from "../../../../src/engines/sqlite/mesh/message.ts";
import { decodeSignal, encodeSignal, type Signal } from "../../../../src/engines/sqlite/mesh/signal.ts";

function frameOf(body: Uint8Array): Buffer {
  const { frame, bodyOffset } = allocateFrame("message", body.length);
  frame.set(body, bodyOffset);
  return frame;
}

function bodyOf(frame: Buffer): Buffer {
  const [one] = new FrameReader().read(frame);
  if (one === undefined) throw new Error("The frame is not whole.");
  return one.body;
}

describe("frames", () => {
  test("come out as they went in, however the stream is cut", () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 });
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(frameOf));
        const reader = new FrameReader();
        const received: Uint8Array[] = [];
        for (let offset = 0, index = 0; offset < stream.length; index += 1) {
          const size = cuts[index % cuts.length] ?? 1;
          for (const { body } of reader.read(stream.subarray(offset, offset + size)))
            received.push(new Uint8Array(body));
          offset += size;
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  test("of another version, of an unknown type, too large or too short are refused", () => {
    const broken = (change: (frame: Buffer) => void): (() => void) => {
      const frame = frameOf(new Uint8Array(10));
      change(frame);
      return () => new FrameReader().read(frame);
    };
    expect(broken(() => {})).not.toThrow();
    expect(broken((frame) => frame.writeUInt8(2, 4))).toThrow(FrameError);
    expect(broken((frame) => frame.writeUInt8(9, 5))).toThrow(FrameError);
    expect(broken((frame) => frame.writeUInt32BE(FRAME_LIMIT_BYTES, 0))).toThrow(FrameError);
    expect(broken((frame) => frame.writeUInt32BE(1, 0))).toThrow(FrameError);
  });

  test("of any bytes end in frames or in a FrameError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          new FrameReader().read(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});

describe("messages", () => {
  const payloads = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
    fc.uint8Array(),
  );

  test("come out as they went in: zero characters, lone surrogates, bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), payloads, (topic, payload) => {
        expect(decodeMessage(bodyOf(encodeMessage({ topic, payload })))).toEqual({ topic, payload });
      }),
    );
  });

  test("do not share memory with what was read", () => {
    const body = bodyOf(encodeMessage({ topic: "t", payload: new Uint8Array([1, 2, 3]) }));
    const { payload } = decodeMessage(body);
    body.fill(0);
    expect(payload).toEqual(new Uint8Array([1, 2, 3]));
    expect(payload).toHaveProperty("buffer.byteLength", 3);
  });

  test("fit the frame at their largest, in any encoding", () => {
    const longest = "\ud800".padEnd(MESSAGE_LIMIT_BYTES - 2, "a");
    checkMessage({ topic: "t", payload: longest });
    const frame = encodeMessage({ topic: "ü".repeat(32_000), payload: longest });
    expect(decodeMessage(bodyOf(frame)).payload === longest).toBe(true);
  });

  test("cut short are refused", () => {
    const body = bodyOf(encodeMessage({ topic: "topic", payload: "" }));
    for (let length = 0; length < body.length; length += 1) {
      expect(() => decodeMessage(body.subarray(0, length))).toThrow(FrameError);
    }
  });

  test("over the limit, or of a topic that cannot travel, are refused by name", () => {
    expect(() => checkMessage({ topic: "t", payload: "a".repeat(MESSAGE_LIMIT_BYTES) })).not.toThrow();
    expect(() => checkMessage({ topic: "t", payload: "ä".repeat(MESSAGE_LIMIT_BYTES / 2 + 1) })).toThrow(
      expect.objectContaining({
        code: "TOO_LARGE",
        details: { bytes: MESSAGE_LIMIT_BYTES + 2, limitBytes: MESSAGE_LIMIT_BYTES },
      }),
    );
    expect(() => checkMessage({ topic: "t".repeat(70_000), payload: "" })).toThrow(
      expect.objectContaining({ code: "NAME_INVALID" }),
    );
    expect(() => checkMessage({ topic: "\ud800", payload: "" })).toThrow(
      expect.objectContaining({ code: "NAME_INVALID" }),
    );
  });
});

describe("signals", () => {
  const name = fc.string({ unit: "binary" });
  const count = fc.nat();
  const wake = { group: count, queue: name, task: name, count };
  const signals: fc.Arbitrary<Signal> = fc.oneof(
    fc.record({ kind: fc.constant("hello" as const), from: name, to: name, label: name }),
    fc.record({ kind: fc.constant("welcome" as const), from: name, label: name }),
    fc.record({ kind: fc.constant("refused" as const) }),
    fc.record({
      kind: fc.constant("topics" as const),
      sequence: count,
      subscribed: fc.array(name),
      unsubscribed: fc.array(name),
    }),
    fc.record({ kind: fc.constant("acknowledged" as const), sequence: count }),
    fc.record({
      kind: fc.constant("group" as const),
      group: count,
      queues: fc.option(fc.array(name), { nil: undefined }),
      tasks: fc.array(name),
    }),
    fc.record({ kind: fc.constant("idle" as const), group: count, count }),
    fc.record({ kind: fc.constant("dissolved" as const), group: count }),
    fc.record({ kind: fc.constant("wake" as const), ...wake }),
    fc.record({ kind: fc.constant("missed" as const), ...wake }),
  );

  test("come out as they went in", () => {
    fc.assert(
      fc.property(signals, (signal) => {
        expect(decodeSignal(bodyOf(encodeSignal(signal)))).toEqual(signal);
      }),
    );
  });

  test("with a field missing or of another type, and any other JSON, are refused", () => {
    const mutilated = fc.tuple(signals, fc.nat(), fc.jsonValue()).map(([signal, which, value]) => {
      const fields = Object.entries(signal);
      const [key = ""] = fields[which % fields.length] ?? [];
      return { ...signal, [key]: value };
    });
    fc.assert(
      fc.property(fc.oneof(mutilated, fc.jsonValue()), (value) => {
        const body = Buffer.from(JSON.stringify(value));
        try {
          const decoded = decodeSignal(body);
          expect(JSON.parse(JSON.stringify(decoded))).toEqual(expect.objectContaining({ kind: decoded.kind }));
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
    expect(() => decodeSignal(Buffer.from("{"))).toThrow(FrameError);
    expect(() => decodeSignal(Buffer.from('{"kind":"idle","group":1,"count":-1}'))).toThrow(FrameError);
    expect(() => decodeSignal(Buffer.from('{"kind":"group","group":1,"queues":null,"tasks":[]}'))).toThrow(FrameError);
  });
});
