import { describe, expect, test } from "vitest";
import { InputInvalid, PermanentError } from "../../../src/kernel/errors.ts";
import type { RetrySettings } from "../../../src/kernel/options/index.ts";
import { type RetryQuestion, requestedRetry, retryAfter } from "../../../src/worker/run/retry.ts";

class GatewayError extends Error {}
class GatewayTimeout extends GatewayError {}
class CardDeclined extends PermanentError {}

const NOW = Date.UTC(2026, 0, 1);

function question(settings: Partial<RetrySettings> = {}, failures: number = 1, random: number = 1): RetryQuestion {
  const base: RetrySettings = { on: undefined, except: [], max: 3, baseMs: 60_000, maxMs: 600_000, jitter: false };
  return { settings: { ...base, ...settings }, failures, nowMs: NOW, random: () => random };
}

function withRetryAfter(value: unknown): Error {
  return Object.assign(new Error("slow down"), { retryAfter: value });
}

describe("whether an error is retried", () => {
  test("any error is, until max failures are used up", () => {
    const due = [1, 2, 3, 4].map((failures) => retryAfter(new Error("x"), question({}, failures)));
    expect(due).toEqual([{ afterMs: 60_000 }, { afterMs: 120_000 }, { afterMs: 240_000 }, undefined]);
  });

  test("things that are not errors are, too", () => {
    expect(retryAfter("a string", question())).toEqual({ afterMs: 60_000 });
    expect(retryAfter(undefined, question())).toEqual({ afterMs: 60_000 });
  });

  test("a PermanentError, its subclasses and a refused input never are", () => {
    for (const error of [new PermanentError("x"), new CardDeclined("x"), new InputInvalid("x")])
      expect(retryAfter(error, question())).toBeUndefined();
  });

  test("a class or a thrown object that cannot be asked is no instance, and ends no worker", () => {
    class Unaskable extends Error {
      static override [Symbol.hasInstance](): boolean {
        throw new Error("do not ask");
      }
    }
    const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
    revoke();
    expect(retryAfter(new Error("x"), question({ except: [Unaskable] }))).toEqual({ afterMs: 60_000 });
    expect(retryAfter(new Error("x"), question({ on: [Unaskable] }))).toBeUndefined();
    expect(retryAfter(proxy, question({ on: [GatewayError] }))).toBeUndefined();
  });

  test("with `on`, only these and their subclasses; `except` comes before it", () => {
    const settings = { on: [GatewayError], except: [GatewayTimeout] };
    expect(retryAfter(new GatewayError("x"), question(settings))).toBeDefined();
    expect(retryAfter(new GatewayTimeout("x"), question(settings))).toBeUndefined();
    expect(retryAfter(new Error("x"), question(settings))).toBeUndefined();
  });
});

describe("when", () => {
  test("the back-off is capped, and full jitter draws from it", () => {
    expect(retryAfter(new Error("x"), question({ max: 99 }, 50))).toEqual({ afterMs: 600_000 });
    expect(retryAfter(new Error("x"), question({ jitter: "full" }, 1, 0.25))).toEqual({ afterMs: 15_000 });
  });

  test.each([
    [30, 30_000],
    [0, 0],
    ["120", 120_000],
    ["1.5", 1_500],
    ["250ms", 250],
    ["2m", 120_000],
    [new Date(NOW + 90_000), 90_000],
    [new Date(NOW + 45_000).toUTCString(), 45_000],
    [new Date(NOW - 1_000), 0],
    [1e9, 86_400_000],
  ])("retryAfter %s is honoured", (value, afterMs) => {
    expect(retryAfter(withRetryAfter(value), question())).toEqual({ afterMs });
  });

  test.each([[-1], [Number.NaN], ["soon"], [null], [{}]])("retryAfter %s means nothing", (value) => {
    expect(retryAfter(withRetryAfter(value), question())).toEqual({ afterMs: 60_000 });
  });

  test("never earlier than asked, and up to a tenth later where there is jitter", () => {
    expect(retryAfter(withRetryAfter(100), question({ jitter: "full" }, 1, 0))).toEqual({ afterMs: 100_000 });
    expect(retryAfter(withRetryAfter(100), question({ jitter: "full" }, 1, 1))).toEqual({ afterMs: 110_000 });
  });

  test("a handler's own countdown is taken as it is, while retries are left", () => {
    expect(requestedRetry({ afterMs: 5 }, question({}, 3))).toEqual({ afterMs: 5 });
    expect(requestedRetry(undefined, question({}, 3))).toEqual({ afterMs: 240_000 });
    expect(requestedRetry({ afterMs: 5 }, question({}, 4))).toBeUndefined();
  });
});
