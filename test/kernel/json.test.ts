import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LovageError, NotJson, TooLarge } from "../../src/kernel/errors.ts";
import { decodeJson, describeType, encodeJson } from "../../src/kernel/json.ts";

const limits = { what: 'the input of task "mail.send"', limitBytes: 65_536 };

function refusal(value: unknown, limitBytes: number = limits.limitBytes): LovageError {
  try {
    encodeJson(value, { ...limits, limitBytes });
  } catch (error) {
    if (error instanceof LovageError) return error;
    throw error;
  }
  throw new Error("The value was not refused.");
}

function cyclic(): object {
  const list: unknown[] = [];
  const value = { list };
  list.push({ back: value });
  return value;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

// JSON has one zero.
function withOneZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOneZero);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withOneZero(member)]));
}

const throwing = {
  get secret(): string {
    throw new Error("the vault is shut");
  },
};

function refuse(): never {
  throw new RangeError("do not look");
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function readableOnce(): object {
  let reads = 0;
  return Object.defineProperty({}, "ticket", {
    enumerable: true,
    get: () => {
      reads += 1;
      return reads === 1 ? "valid" : refuse();
    },
  });
}

describe("what is JSON data", () => {
  test("any JSON value reads back as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const text = encodeJson(value, { ...limits, limitBytes: 10_000_000 });
        expect(JSON.parse(text ?? "")).toEqual(withOneZero(value));
      }),
    );
  });

  test("undefined is no value at all, and an undefined member an absent one", () => {
    expect(encodeJson(undefined, limits)).toBeUndefined();
    expect(encodeJson({ a: undefined, b: 1 }, limits)).toBe('{"b":1}');
  });

  test("the same object twice is not a cycle", () => {
    const address = { city: "Ghent" };
    expect(encodeJson({ from: address, to: address }, limits)).toBe('{"from":{"city":"Ghent"},"to":{"city":"Ghent"}}');
  });

  test("plain objects of another realm and without a prototype are plain objects", () => {
    expect(encodeJson(runInNewContext("({ a: [1, { b: 2 }] })"), limits)).toBe('{"a":[1,{"b":2}]}');
    expect(encodeJson(Object.assign(Object.create(null), { a: 1 }), limits)).toBe('{"a":1}');
  });
});

describe("what is refused, and where it stands", () => {
  class Order {
    id = 7;
  }
  test.each<[string, unknown, string]>([
    ["a Date", { at: new Date(0) }, "$.at is a Date; pass its toISOString()"],
    ["a class instance", { orders: [1, new Order()] }, "$.orders[1] is an Order; pass its id"],
    ["a function", { load: () => 1 }, "$.load is a function"],
    ["a symbol", { a: Symbol("x") }, "$.a is a symbol"],
    ["a bigint", { a: 1n }, "$.a is a bigint"],
    ["NaN", [Number.NaN], "$[0] is NaN; use null or a string"],
    ["infinity", { a: { b: -Infinity } }, "$.a.b is -Infinity"],
    ["undefined in an array", [1, undefined], "$[1] is undefined"],
    ["a hole in an array", new Array(2), "$[0] is undefined"],
    ["a Map", { m: new Map() }, "$.m is a Map; pass an array of its entries"],
    ["bytes", { file: Buffer.from("x") }, "$.file is a Buffer; store the bytes"],
    ["an object with toJSON", { a: { toJSON: () => 1 } }, "$.a is an Object; pass plain data"],
    ["a list with toJSON", { a: Object.assign([1], { toJSON: () => "other" }) }, "$.a is an Array; pass plain data"],
    ["a cycle", cyclic(), "$.list[0].back is a cycle"],
    ["an odd key", { "first name": { 'say "hi"': () => 1 } }, '$["first name"]["say \\"hi\\""] is a function'],
    [
      "a member that cannot be read",
      { vault: throwing },
      "$.vault.secret is a value that cannot be read (Error: the vault is shut)",
    ],
  ])("%s", (_what, value, text) => {
    const error = refusal(value);
    expect(error).toBeInstanceOf(NotJson);
    expect(error.code).toBe("NOT_JSON");
    expect(error.message).toContain(`the input of task "mail.send" is not JSON data: ${text}`);
    expect(text.startsWith(String(error.details.path))).toBe(true);
  });

  test.each<[string, () => unknown]>([
    ["a revoked proxy", revokedProxy],
    ["a proxy that refuses to be looked at", () => new Proxy({}, { ownKeys: refuse, getPrototypeOf: refuse })],
    ["a list that cannot be read", () => new Proxy([1], { get: refuse })],
    ["a member that can be read once only", readableOnce],
  ])("%s, with what went wrong as the cause", (_what, make) => {
    const error = refusal(make());
    expect(error).toMatchObject({ code: "NOT_JSON", message: expect.stringContaining("reading it failed") });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("nesting that would exhaust the stack, long before it does", () => {
    expect(encodeJson(nested(100), limits)).toBe(`${"[".repeat(100)}1${"]".repeat(100)}`);
    for (const depth of [1_000, 30_000]) {
      const error = refusal(nested(depth));
      expect(error).toBeInstanceOf(NotJson);
      expect(error.message).toContain("nested deeper than");
      expect(error.message.length).toBeLessThan(2_000);
    }
  });
});

describe("the size limit", () => {
  test("counts bytes of UTF-8, and the limit itself fits", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = Buffer.byteLength(JSON.stringify(value));
        expect(encodeJson(value, { ...limits, limitBytes: bytes })).toBe(JSON.stringify(value));
        const error = refusal(value, bytes - 1);
        expect(error).toBeInstanceOf(TooLarge);
        expect(error.details.limitBytes).toBe(bytes - 1);
      }),
    );
  });

  test("100 MB are refused without being copied", () => {
    const row = "x".repeat(1_000_000);
    const value = Array.from({ length: 100 }, () => row);
    const before = process.memoryUsage().rss;
    expect(refusal(value)).toBeInstanceOf(TooLarge);
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });
});

test("describeType names what a value is", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = [null, undefined, 1.5, "x", new Date(), new (class Item {})(), Object.create(null), proxy];
  expect(values.map(describeType)).toEqual([
    "null",
    "undefined",
    "1.5",
    "a string",
    "a Date",
    "an Item",
    "an object",
    "an object",
  ]);
});

describe("decodeJson", () => {
  test("reads text and bytes alike, and no payload as no value", () => {
    expect(decodeJson('{"a":"€"}')).toEqual({ a: "€" });
    expect(decodeJson(Buffer.from('{"a":"€"}'))).toEqual({ a: "€" });
    expect(decodeJson(undefined)).toBeUndefined();
  });

  test("throws at what is not JSON, and at bytes that are not UTF-8", () => {
    expect(() => decodeJson("{")).toThrow(SyntaxError);
    expect(() => decodeJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(TypeError);
  });
});
