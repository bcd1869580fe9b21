import { join } from "node:path";
import { expect, test } from "vitest";
import { openApp, temporaryFolder } from "./setup.ts";

test.each<[string, string, unknown, object, string]>([
  ["an input of 100 MB", "t", "x".repeat(100_000_000), {}, "TOO_LARGE"],
  ["an input with a function", "t", { done: [() => {}] }, {}, "NOT_JSON"],
  ["a name with control characters", "a\u0000b\u001b[31m", 1, {}, "NAME_INVALID"],
  ["a name that is empty", "", 1, {}, "NAME_INVALID"],
  ["a queue with control characters", "t", 1, { queue: "a\nb" }, "OPTIONS_INVALID"],
  ["a key with control characters", "t", 1, { key: "a\u0000b" }, "OPTIONS_INVALID"],
  ["a negative countdown", "t", 1, { countdown: -5 }, "OPTIONS_INVALID"],
  ["an eta in year 9999", "t", 1, { eta: new Date("9999-12-31") }, "OPTIONS_INVALID"],
  ["a transaction of something else", "t", 1, { tx: { exec: () => {} } }, "TRANSACTION_UNSUPPORTED"],
])(
  "%s: a typed error for the caller, nothing stored, and the next call works",
  async (_, name, input, options, code) => {
    const { app } = openApp(join(temporaryFolder(), "jobs.db"));
    const neighbour = app.task({ name: "neighbour", run: async (n: number) => n });
    const [refused, pushed] = await Promise.allSettled([app.send(name, input, options), neighbour.delay(7)]);
    expect(refused).toMatchObject({ status: "rejected", reason: { code } });
    expect(pushed.status).toBe("fulfilled");
    expect(await app.engine.inspect.count({})).toBe(1);
    await app.worker().drain();
    expect(pushed.status === "fulfilled" && (await pushed.value.get())).toBe(7);
  },
);

test("strange but legal texts arrive as they were sent", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"));
  const text = 'U+0000 \u0000, half a pair \ud800, 🥬, "quotes", \u2028, \'; DROP TABLE lovage_job; --';
  const echo = app.task({ name: "écho 🥬 '; --", queue: "constructor", run: async (given: string) => given });
  const result = await echo.delay(text, { headers: { "x-trace": text.toWellFormed() } });
  await app.worker().drain();
  expect(await result.get()).toBe(text);
});

test("a queue named like a member of every object is a queue like any other", async () => {
  const { app } = openApp(join(temporaryFolder(), "jobs.db"), { queues: { small: { maxDepth: 1 } } });
  for (const queue of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(await app.send("t", 1, { queue })).toMatchObject({ outcome: "created" });
  }
  await app.send("t", 1, { queue: "small" });
  await expect(app.send("t", 1, { queue: "small" })).rejects.toMatchObject({ code: "QUEUE_FULL" });
});
