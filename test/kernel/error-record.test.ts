import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromErrorRecord, toErrorRecord } from "../../src/kernel/error-record.ts";
import { InputInvalid, PermanentError, QueueFull } from "../../src/kernel/errors.ts";

class CardDeclined extends PermanentError {
  override readonly name = "CardDeclined";
}

function withGetter(name: string, thrown: unknown): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw thrown;
    },
  });
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cyclic(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

function errorWith(properties: Record<string, unknown>): Error {
  return Object.assign(new Error("disk gone"), properties);
}

describe("toErrorRecord", () => {
  test("keeps name, message, code, stack and causes", () => {
    const cause = errorWith({ code: "ENOENT" });
    const error = new TypeError("cannot read the feed", { cause });
    expect(toErrorRecord(error)).toEqual({
      name: "TypeError",
      message: "cannot read the feed",
      stack: error.stack,
      cause: { name: "Error", message: "disk gone", code: "ENOENT", stack: cause.stack },
    });
  });

  test("keeps the details of Lovage's own errors", () => {
    const record = toErrorRecord(new QueueFull("The queue is full.", { details: { queue: "mail", depth: 10 } }));
    expect(record).toMatchObject({ name: "QueueFull", code: "QUEUE_FULL", details: { queue: "mail", depth: 10 } });
  });

  test("stores details as JSON data, or leaves them out", () => {
    const at = new Date(0);
    expect(toErrorRecord(new QueueFull("full", { details: { at } })).details).toEqual({ at: at.toISOString() });
    expect(toErrorRecord(new QueueFull("full", { details: { self: cyclic() } }))).not.toHaveProperty("details");
    expect(toErrorRecord(new QueueFull("full", { details: { big: 1n } }))).not.toHaveProperty("details");
    expect(toErrorRecord(new QueueFull("full", { details: { text: "x".repeat(9_000) } }))).not.toHaveProperty(
      "details",
    );
  });

  test("says that a thrown thing was no error", () => {
    const messages = ["a text", undefined, null, 42, { status: 503 }, cyclic(), 5n, () => 1].map(
      (thrown) => toErrorRecord(thrown).message,
    );
    expect(messages).toEqual([
      "a text",
      "A handler threw undefined: undefined",
      "A handler threw null: null",
      "A handler threw 42: 42",
      'A handler threw an Object: {"status":503}',
      "A handler threw an Object: [object Object]",
      "A handler threw a bigint: [object BigInt]",
      "A handler threw a function: () => 1",
    ]);
    expect(toErrorRecord("a text").name).toBe("NonError");
  });

  test.each<[string, unknown]>([
    ["a revoked proxy", revokedProxy()],
    ["an object without a prototype", Object.create(null)],
    [
      "a toStringTag that throws",
      Object.defineProperty(cyclic(), Symbol.toStringTag, { get: () => revokedProxy().toString() }),
    ],
    ["a constructor that throws", withGetter("constructor", new Error("no"))],
    ["a getter that throws something without a text", withGetter("a", Object.create(null))],
    [
      "an error whose message cannot be read",
      Object.setPrototypeOf(withGetter("message", Object.create(null)), Error.prototype),
    ],
    ["an error whose name is an object without a text", errorWith({ name: Object.create(null) })],
    ["an error caused by a revoked proxy", errorWith({ cause: revokedProxy() })],
    ["a symbol", Symbol("odd")],
  ])("never throws itself: %s", (_what, thrown) => {
    const record = toErrorRecord(thrown);
    expect(typeof record.name).toBe("string");
    expect(record.message).not.toBe("");
    expect(structuredClone(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  test("whatever is thrown becomes bounded JSON data", () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (thrown) => {
          for (const value of [thrown, errorWith({ cause: thrown, code: thrown, name: thrown, stack: thrown })]) {
            const record = toErrorRecord(value);
            expect(JSON.parse(JSON.stringify(record))).toEqual(record);
          }
        },
      ),
    );
  });

  test("cuts long texts and long chains of causes", () => {
    const record = toErrorRecord(new Error("x".repeat(100_000)));
    expect(record.message).toMatch(/^x{8000}… \(100000 characters\)$/);
    const loop = new Error("loop");
    loop.cause = loop;
    expect(JSON.stringify(toErrorRecord(loop)).match(/"message":"loop"/g)).toHaveLength(6);
  });

  test("never cuts a character in two, since some stores refuse half of one", () => {
    const { message } = toErrorRecord(new Error(`x${"😀".repeat(10_000)}`));
    expect(message).toMatch(/^x(😀){3999}\ufffd… /u);
    expect(toErrorRecord("\ud800").message.isWellFormed()).toBe(true);
  });

  test("knows an error of another realm, as a test runner's own realm makes them all", () => {
    const record = toErrorRecord(runInNewContext("new RangeError('over the edge')"));
    expect(record).toMatchObject({ name: "RangeError", message: "over the edge" });
  });

  test("an AggregateError names its first error, since its own message says nothing", () => {
    const refused = errorWith({ code: "ECONNREFUSED" });
    expect(toErrorRecord(new AggregateError([refused, new Error("second")]))).toMatchObject({
      name: "AggregateError",
      cause: { message: "disk gone", code: "ECONNREFUSED" },
    });
  });
});

describe("fromErrorRecord", () => {
  test("a Lovage error comes back as its own class", () => {
    const error = new InputInvalid("The input does not fit.", { details: { issues: [{ path: "$.id" }] } });
    const revived = fromErrorRecord(toErrorRecord(error));
    expect(revived).toBeInstanceOf(InputInvalid);
    expect(revived).toMatchObject({ ...error, message: error.message, stack: error.stack });
  });

  test("one without a cause has none, not an undefined one that every print of it would show", () => {
    expect(fromErrorRecord(toErrorRecord(new Error("disk gone")))).not.toHaveProperty("cause");
  });

  test("any other keeps name, message, stack, code and cause", () => {
    const error = new TypeError("cannot read the feed", { cause: errorWith({ code: "ENOENT" }) });
    const revived = fromErrorRecord(toErrorRecord(error));
    expect(revived).toBeInstanceOf(Error);
    expect([revived.name, revived.message, revived.stack]).toEqual([error.name, error.message, error.stack]);
    expect(revived.cause).toMatchObject({ message: "disk gone", code: "ENOENT" });
  });

  test("a user's subclass of PermanentError keeps its own name", () => {
    const revived = fromErrorRecord(toErrorRecord(new CardDeclined("The card was declined.")));
    expect(revived).toBeInstanceOf(PermanentError);
    expect(revived.name).toBe("CardDeclined");
    expect(String(revived)).toBe("CardDeclined: The card was declined.");
  });

  test("without a stack, shows none rather than that of the revival", () => {
    expect(fromErrorRecord(toErrorRecord("a text")).stack).toBe("NonError: a text");
  });

  test("revives to what it records again", () => {
    for (const error of [new CardDeclined("no"), new RangeError("x", { cause: new Error("y") }), new QueueFull("f")]) {
      const record = toErrorRecord(error);
      expect(toErrorRecord(fromErrorRecord(record))).toEqual(record);
    }
  });
});
