import { expect, test } from "vitest";
import { guardedLogger } from "../../src/kernel/guarded-logger.ts";
import type { Logger } from "../../src/kernel/logger.ts";

const failure = new RangeError("the log server is away");

test.each<[string, () => unknown]>([
  [
    "throws",
    () => {
      throw failure;
    },
  ],
  ["rejects", () => Promise.reject(failure)],
])("what a logger that %s does not write goes to the fallback, with the reason", async (_, fail) => {
  const lines: unknown[] = [];
  const fallback: Logger = { log: (...line) => void lines.push(line) };
  guardedLogger({ log: () => fail() }, fallback).log("warn", "job failed", { id: "7" });
  await expect
    .poll(() => lines)
    .toEqual([
      ["error", "the application's logger threw", { error: failure }],
      ["warn", "job failed", { id: "7" }],
    ]);
});
