import { describe, expect, test } from "vitest";
import { OptionsInvalid } from "../../../src/kernel/errors.ts";
import { type JobOptions, type JobSettings, OptionReader, readJobOptions } from "../../../src/kernel/options/index.ts";

function read(options: JobOptions, base: JobOptions = {}): JobSettings {
  const reader = new OptionReader();
  const settings = readJobOptions(reader, "", options, base);
  reader.finish("The task does not fit");
  return settings;
}

describe("a task's options over its app's", () => {
  test("each option comes from the task, else from the app, else from the defaults", () => {
    const settings = read(
      { queue: "mail", retry: { max: 7 } },
      { queue: "low", priority: 8, retry: { max: 1, backoff: "5s" } },
    );
    expect(settings).toMatchObject({ queue: "mail", priority: 8, ack: "late", keepResult: true });
    expect(settings.retry).toMatchObject({ max: 7, baseMs: 5_000, maxMs: 600_000, jitter: "full", on: undefined });
  });

  test("the documented defaults", () => {
    expect(read({})).toEqual({
      queue: "default",
      priority: 5,
      ack: "late",
      retry: { on: undefined, except: [], max: 3, baseMs: 1_000, maxMs: 600_000, jitter: "full" },
      softLimitMs: undefined,
      hardLimitMs: 300_000,
      expiresMs: undefined,
      keepResult: true,
      retention: { succeededMs: 86_400_000, failedMs: 604_800_000, revokedMs: 86_400_000 },
      keyTtlMs: 86_400_000,
    });
  });

  test("error classes, limits and results as written", () => {
    const settings = read({
      retry: { on: [TypeError], except: [RangeError], jitter: false },
      timeLimit: { soft: "1s", hard: "2s" },
      result: "discard",
      expires: "5m",
    });
    expect(settings.retry).toMatchObject({ on: [TypeError], except: [RangeError], jitter: false });
    expect(settings).toMatchObject({ softLimitMs: 1_000, hardLimitMs: 2_000, keepResult: false, expiresMs: 300_000 });
  });
});

test.each<[string, JobOptions]>([
  ["a priority over 9", { priority: 10 }],
  ["a priority that is not whole", { priority: 5.5 }],
  ["a soft limit as long as the hard one", { timeLimit: { soft: "5s", hard: "5s" } }],
  ["a hard limit of nothing", { timeLimit: { hard: 0 } }],
  ["a negative number of retries", { retry: { max: -1 } }],
  ["a negative time to live", { keyTtl: -1 }],
  ["a queue without a name", { queue: "" }],
  // What a caller without types may take `on` for: `instanceof` would throw at every failure.
  ["a predicate instead of an error class", Object({ retry: { on: [() => true] } })],
  ["an exception that is no class", Object({ retry: { except: [async () => false] } })],
])("%s is refused", (_what, options) => {
  expect(() => read(options)).toThrow(OptionsInvalid);
});

test("the message counts the mistakes and lists them", () => {
  expect(() => read({ priority: 10, queue: "" })).toThrow(
    /^The task does not fit: 2 mistakes:\n {2}- queue .*\n {2}- priority /,
  );
  expect(() => read({ priority: 10 })).toThrow(/: 1 mistake:\n/);
});
