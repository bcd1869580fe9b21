import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Clock, sleep, systemClock } from "../../src/kernel/clock.ts";

const DAY_MS = 86_400_000;

/** A clock whose timers fall due when the test says so. */
class HandClock implements Clock {
  readonly waiting = new Set<() => void>();
  now(): number {
    return 0;
  }
  monotonic(): number {
    return 0;
  }
  setTimer(_delayMs: number, callback: () => void): { cancel: () => void } {
    this.waiting.add(callback);
    return { cancel: () => this.waiting.delete(callback) };
  }
  fire(): void {
    for (const callback of this.waiting) callback();
  }
}

describe("systemClock", () => {
  test("tells the time, and measures without going back", () => {
    const moments = [Date.now(), systemClock.now(), Date.now()];
    expect(moments.toSorted((left, right) => left - right)).toEqual(moments);
    const readings = Array.from({ length: 1_000 }, () => systemClock.monotonic());
    expect(readings.toSorted((left, right) => left - right)).toEqual(readings);
  });

  test("calls once, not early, and not at all after a cancel", async () => {
    let cancelled = 0;
    const timer = systemClock.setTimer(1, () => {
      cancelled += 1;
    });
    timer.cancel();
    timer.cancel();
    const before = systemClock.monotonic();
    await new Promise<void>((resolve) => systemClock.setTimer(20, resolve));
    // Node's timers count in whole milliseconds of the loop's own clock.
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(19);
    expect(cancelled).toBe(0);
  });

  test("a background timer does not keep the process alive", () => {
    const active = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = active();
    const background = systemClock.setTimer(60_000, () => {}, { background: true });
    expect(active()).toBe(before);
    const foreground = systemClock.setTimer(60_000, () => {});
    expect(active()).toBe(before + 1);
    background.cancel();
    foreground.cancel();
    expect(active()).toBe(before);
  });

  describe("beyond the 24.8 days that a system timer can count", () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test("calls when it is due, and not before", () => {
      let calls = 0;
      systemClock.setTimer(60 * DAY_MS, () => {
        calls += 1;
      });
      vi.advanceTimersByTime(60 * DAY_MS - 1);
      expect(calls).toBe(0);
      vi.advanceTimersByTime(1);
      expect(calls).toBe(1);
      expect(vi.getTimerCount()).toBe(0);
    });

    test("can be cancelled at any time", () => {
      let calls = 0;
      const timer = systemClock.setTimer(60 * DAY_MS, () => {
        calls += 1;
      });
      vi.advanceTimersByTime(30 * DAY_MS);
      timer.cancel();
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(60 * DAY_MS);
      expect(calls).toBe(0);
    });
  });
});

describe("sleep", () => {
  test("ends when its time is over, and leaves no listener behind", async () => {
    const clock = new HandClock();
    const { signal } = new AbortController();
    const slept = sleep(clock, 1_000, signal);
    expect(clock.waiting.size).toBe(1);
    clock.fire();
    await slept;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("ends as soon as the signal aborts, and leaves no timer behind", async () => {
    const clock = new HandClock();
    const controller = new AbortController();
    const slept = sleep(clock, 1_000, controller.signal);
    controller.abort();
    await slept;
    expect(clock.waiting.size).toBe(0);
    await sleep(clock, 1_000, controller.signal);
    expect(clock.waiting.size).toBe(0);
  });
});
