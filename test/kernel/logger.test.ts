import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LogFields, type Logger, silentLogger, streamLogger } from "../../src/kernel/logger.ts";

const now = Date.UTC(2026, 4, 1, 12, 4, 5, 120);

function written(json: boolean, act: (logger: Logger) => void): string {
  let text = "";
  const sink = {
    write(line: string): void {
      text += line;
    },
  };
  act(streamLogger(sink, { json, now: () => now }));
  return text;
}

function cyclic(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

describe("lines for people", () => {
  test("time, level, message, facts, and the stack on lines of its own", () => {
    const text = written(false, (logger) =>
      logger.log("warn", "job failed", {
        task: "mail.send",
        attempt: 2,
        note: "two words",
        none: undefined,
        stack: "Error: x\n    at y",
      }),
    );
    expect(text).toBe('12:04:05.120 warn  job failed task=mail.send attempt=2 note="two words"\nError: x\n    at y\n');
  });

  test.each<[string, unknown, string]>([
    ["an error", new TypeError("no feed"), '"TypeError: no feed"'],
    ["an object", { a: [1] }, '{"a":[1]}'],
    ["a bigint", 5n, '"5"'],
    ["an empty text", "", '""'],
    ["a text with a quote", 'say "hi"', '"say \\"hi\\""'],
    ["a cycle", cyclic(), '"an Object"'],
    ["a symbol", Symbol("odd"), '"Symbol(odd)"'],
  ])("%s", (_what, value, shown) => {
    expect(written(false, (logger) => logger.log("info", "seen", { value }))).toBe(
      `12:04:05.120 info  seen value=${shown}\n`,
    );
  });

  test("nobody can forge a line or steer a terminal, by a message or by a fact", () => {
    const text = written(false, (logger) =>
      logger.log("info", "said hello\n12:04:05.120 error all is lost\u001b[2J", {
        task: "a\u001b[31m\u0007",
        "odd\nname": "b\r\nc",
      }),
    );
    expect(text.endsWith("\n")).toBe(true);
    expect(text.slice(0, -1)).not.toMatch(/\p{Cc}/u);
  });
});

describe("one JSON object a line", () => {
  test("an error keeps its code, stack and cause", () => {
    const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const error = new TypeError("no feed", { cause });
    expect(JSON.parse(written(true, (logger) => logger.log("error", "failed", { error })))).toEqual({
      time: "2026-05-01T12:04:05.120Z",
      level: "error",
      message: "failed",
      error: {
        name: "TypeError",
        message: "no feed",
        stack: error.stack,
        cause: { name: "Error", message: "refused", code: "ECONNREFUSED", stack: cause.stack },
      },
    });
  });

  test("a fact cannot take the place of the time, the level or the message, and is not lost", () => {
    const fields = { time: 5, level: "debug", message: "another", id: "7" };
    expect(JSON.parse(written(true, (logger) => logger.log("error", "failed", fields)))).toEqual({
      time: "2026-05-01T12:04:05.120Z",
      level: "error",
      message: "failed",
      _time: 5,
      _level: "debug",
      _message: "another",
      id: "7",
    });
  });

  test("the message stands although the facts cannot be written", () => {
    const throwing = { toJSON: () => JSON.parse("{") };
    for (const value of [cyclic(), throwing]) {
      const line: unknown = JSON.parse(written(true, (logger) => logger.log("info", "seen", { id: 7, value })));
      expect(line).toMatchObject({ level: "info", message: "seen", id: 7, value: "an Object" });
    }
  });
});

test("whatever is logged is one line, and logging never throws", () => {
  const fields = fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withNullPrototype: true }));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fields, fc.boolean(), (message, facts, json) => {
      const { stack: _stack, ...others }: LogFields = facts;
      const text = written(json, (logger) => logger.log("info", message, others));
      expect(text.split("\n")).toHaveLength(2);
      if (json) expect(JSON.parse(text).message).toBe(message);
    }),
  );
});

test("silentLogger takes anything", () => {
  expect(silentLogger.log("error", "x", { error: cyclic() })).toBeUndefined();
});
