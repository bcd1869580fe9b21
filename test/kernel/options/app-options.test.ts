import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration } from "../../../src/kernel/duration.ts";
import { OptionsInvalid } from "../../../src/kernel/errors.ts";
import { type AppOptions, defaults, readAppOptions, type Settings } from "../../../src/kernel/options/index.ts";

function read(options: AppOptions, environment: Record<string, string> = {}): Settings {
  return readAppOptions(options, environment, []);
}

/** The mistakes told of options that a caller without types may pass. */
function mistakes(options: unknown): readonly string[] {
  try {
    Reflect.apply(readAppOptions, undefined, [options, {}, []]);
  } catch (error) {
    if (!(error instanceof OptionsInvalid)) throw error;
    const { mistakes } = error.details;
    return Array.isArray(mistakes) ? mistakes : [];
  }
  return [];
}

describe("defaults", () => {
  test("no options at all fit, and give what the table of defaults says", () => {
    const settings = read({});
    expect(settings.url).toBe(defaults.url.value);
    expect(settings.namespace).toBe(defaults.namespace.value);
    expect(settings.worker.leaseMs).toBe(parseDuration(defaults["worker.lease"].value));
    expect(settings.worker.concurrency).toBe(defaults["worker.concurrency"].value);
    expect(settings.jobDefaults.retention.failedMs).toBe(parseDuration(defaults["retention.failed"].value));
    expect(settings.jobDefaults.retry.max).toBe(defaults["task.retry.max"].value);
    expect(settings.jobDefaults.softLimitMs).toBeUndefined();
  });

  test.each(Object.entries(defaults))("%s has a reason of one line", (_path, { reason }) => {
    expect(reason).toMatch(/^.{10,100}$/);
  });

  test("the URL comes from the option, else from LOVAGE_URL, which counts as unset when it is empty", () => {
    expect(read({ url: "memory:" }, { LOVAGE_URL: "sqlite:a.db" }).url).toBe("memory:");
    expect(read({}, { LOVAGE_URL: "sqlite:a.db" }).url).toBe("sqlite:a.db");
    expect(read({}, { LOVAGE_URL: "" }).url).toBe(defaults.url.value);
  });

  test("a task settled at its claim is not retried unless it says so", () => {
    expect(read({ task: { ack: "early" } }).jobDefaults.retry.max).toBe(0);
    expect(read({ task: { ack: "early", retry: { max: 2 } } }).jobDefaults.retry.max).toBe(2);
  });
});

describe("mistakes", () => {
  test("are told all together, each with its place", () => {
    const found = mistakes({
      namespace: "Shop 1",
      pushTimeout: "soon",
      inputLimit: 0,
      queues: { mail: { maxDepth: -1, depth: 5 } },
      task: { priority: 10, retry: { jitter: "some", tries: 3 }, timeLimit: { soft: "60s", hard: "30s" } },
      worker: { concurrency: 1.5, lease: "10ms" },
      retentoin: {},
      retention: { failed: "a week", all: "1d" },
    });
    const places = found.map((text) => text.split(" ")[0]);
    expect(places.toSorted()).toEqual([
      "inputLimit",
      "namespace",
      "pushTimeout",
      "queues.mail.depth",
      "queues.mail.maxDepth",
      "retention.all",
      "retention.failed",
      "retentoin",
      "task.priority",
      "task.retry.jitter",
      "task.retry.tries",
      "task.timeLimit.soft",
      "worker.concurrency",
      "worker.lease",
    ]);
  });

  test.each<[string, unknown, string]>([
    ["a list where options belong", { task: [] }, "task is a list"],
    ["a retention among the defaults of tasks", { task: { retention: {} } }, "task.retention is not an option"],
    ["a number where options belong", { worker: 5 }, "worker is 5"],
    ["a text where options belong", { task: { retry: "3 times" } }, 'task.retry is "3 times"'],
    ["a queue without options", { queues: { mail: null } }, "queues.mail is null"],
    ["one name where a list belongs", { worker: { queues: "mail" } }, 'worker.queues is "mail"'],
    ["an empty list of queues", { worker: { queues: [] } }, "worker.queues is empty"],
    ["a URL that is none", { url: 5 }, "url is 5"],
    ["a name with a control character", { task: { queue: "a\nb" } }, 'task.queue is "a\\nb"'],
    [
      "a class that is none",
      { task: { retry: { on: ["TypeError"] } } },
      "task.retry.on is not a list of error classes",
    ],
    ["no options but a text", "memory:", '"memory:"'],
  ])("%s", (_what, options, text) => {
    const found = mistakes(options);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });

  test("whatever is passed, it fits or it is refused with OPTIONS_INVALID", () => {
    const keys = fc.constantFrom(
      "url",
      "broker",
      "results",
      "namespace",
      "task",
      "retention",
      "queues",
      "worker",
      "pushTimeout",
      "inputLimit",
    );
    const inner = fc.constantFrom("retry", "timeLimit", "queues", "lease", "mail", "max", "on", "queue");
    const value = fc.oneof(fc.anything(), fc.dictionary(inner, fc.anything()));
    fc.assert(
      fc.property(fc.dictionary(keys, value), (options) => {
        expect(Array.isArray(mistakes(options))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
