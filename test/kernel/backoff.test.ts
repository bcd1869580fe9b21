import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffDelayMs } from "../../src/kernel/backoff.ts";

const minute = { baseMs: 60_000, maxMs: 600_000 };

describe("backoffDelayMs", () => {
  test("doubles from the base up to the cap, as Celery does", () => {
    const delays = [1, 2, 3, 4, 5, 6, 60, 5_000].map((failures) =>
      backoffDelayMs(failures, { ...minute, jitter: false }),
    );
    expect(delays).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000, 600_000]);
  });

  test("full jitter draws from 0 to the delay, added jitter adds up to as much again", () => {
    const at = (jitter: "full" | "added", draw: number): number => backoffDelayMs(2, { ...minute, jitter }, () => draw);
    expect([at("full", 0), at("full", 0.5), at("full", 1)]).toEqual([0, 60_000, 120_000]);
    expect([at("added", 0), at("added", 0.5), at("added", 1)]).toEqual([120_000, 180_000, 240_000]);
  });

  test("stays a whole number within its bounds for any failures, base and cap", () => {
    const backoff = fc.record({
      baseMs: fc.nat(),
      maxMs: fc.nat(),
      jitter: fc.constantFrom<"full" | "added" | false>("full", "added", false),
    });
    fc.assert(
      fc.property(fc.nat(), backoff, (failures, options) => {
        const delayMs = backoffDelayMs(failures, options);
        expect(Number.isSafeInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(options.jitter === "full" ? 0 : Math.min(options.baseMs, options.maxMs));
        expect(delayMs).toBeLessThanOrEqual(options.jitter === "added" ? options.maxMs * 2 : options.maxMs);
      }),
    );
  });

  test("1,000 jobs that fail together come back spread over the whole delay", () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let job = 0; job < 1_000; job += 1) {
      const tenth = Math.min(9, Math.floor(backoffDelayMs(3, { ...minute, jitter: "full" }) / 24_000));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // Each tenth expects 100, standard deviation 9.5: beyond 6 of them once in a hundred million runs.
    expect(Math.min(...tenths)).toBeGreaterThan(43);
    expect(Math.max(...tenths)).toBeLessThan(157);
  });
});
