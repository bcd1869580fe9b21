import { afterEach, describe, expect, test } from "vitest";
import type { TimeLimitOptions } from "../../../src/kernel/options/index.ts";
import type { Context } from "../../../src/tasks/index.ts";
import { Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

async function start(timeLimit: TimeLimitOptions, run: (context: Context) => unknown) {
  workshop = new Workshop({ task: { retry: { max: 0 } } });
  const task = workshop.task<void, unknown>({ name: "slow", timeLimit, run: (_input, context) => run(context) });
  const other = workshop.task({ name: "other", run: () => "ran" });
  const result = await task.delay();
  const worker = workshop.worker({ concurrency: 1 });
  await worker.start();
  await workshop.clock.advance(0);
  return { result, other, worker };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

describe("the soft limit", () => {
  test("aborts the signal, and a handler that ends in order succeeds", async () => {
    const { result } = await start({ soft: "10s", hard: "60s" }, async ({ signal }) => {
      await untilAborted(signal).catch(() => {});
      return "tidied up";
    });
    await workshop.clock.advance("9s");
    expect(await result.state()).toBe("active");
    await workshop.clock.advance("1s");
    expect(await result.get()).toBe("tidied up");
  });

  test("a handler that rejects with the reason has failed by it", async () => {
    const { result } = await start({ soft: "10s", hard: "60s" }, ({ signal }) => untilAborted(signal));
    await workshop.clock.advance("10s");
    await expect(result.get()).rejects.toMatchObject({
      cause: { code: "SOFT_TIME_LIMIT", details: { limitMs: 10_000 } },
    });
  });

  test("what an aborted operation throws is told as the limit", async () => {
    const { result } = await start({ soft: "10s", hard: "60s" }, async ({ signal }) => {
      await untilAborted(signal).catch(() => {
        throw new DOMException("The operation was aborted", "AbortError");
      });
    });
    await workshop.clock.advance("10s");
    await expect(result.get()).rejects.toMatchObject({ cause: { code: "SOFT_TIME_LIMIT" } });
  });
});

describe("the hard limit", () => {
  test("gives the attempt up at once, aborts its signal and frees its slot", async () => {
    const end = Promise.withResolvers<void>();
    let reason: unknown;
    const { result, other, worker } = await start({ hard: "30s" }, ({ signal }) => {
      signal.addEventListener("abort", () => {
        reason = signal.reason;
      });
      return end.promise;
    });
    const second = await other.delay();
    await workshop.clock.advance("29s");
    expect(worker.status()).toMatchObject({ running: 1, leftRunning: 0 });
    expect(await second.state()).toBe("ready");
    await workshop.clock.advance("1s");
    await expect(result.get()).rejects.toMatchObject({ cause: { code: "TIME_LIMIT", details: { limitMs: 30_000 } } });
    expect(reason).toMatchObject({ code: "TIME_LIMIT" });
    expect(await second.get()).toBe("ran");
    expect(worker.status()).toMatchObject({ running: 0, leftRunning: 1 });
    expect(workshop.metric("lovage_handlers_left_running")).toBe(1);
    await workshop.clock.advance("5s");
    end.resolve();
    await workshop.clock.advance(0);
    expect(worker.status().leftRunning).toBe(0);
    expect(workshop.log.find("ended after its attempt was given up")[0]?.fields).toMatchObject({
      task: "slow",
      id: result.id,
      attempt: 1,
      took: "35.0 s",
    });
    expect(await result.state()).toBe("failed");
  });

  test("is retried like other errors", async () => {
    workshop = new Workshop({ task: { retry: { max: 1, backoff: "1s", jitter: false }, timeLimit: { hard: "10s" } } });
    const attempts: number[] = [];
    const task = workshop.task<void, unknown>({
      name: "hangs",
      run: (_input, { attempt }) => {
        attempts.push(attempt);
        return new Promise(() => {});
      },
    });
    const result = await task.delay();
    await workshop.worker().start();
    await workshop.clock.advance("10s");
    expect(await result.state()).toBe("scheduled");
    await workshop.clock.advance("11s");
    expect(attempts).toEqual([1, 2]);
    expect(await result.state()).toBe("failed");
  });

  test("a decision that the handler took before stands", async () => {
    const { result } = await start({ hard: "10s" }, async (context) => {
      try {
        context.discard("pointless");
      } finally {
        await new Promise(() => {});
      }
    });
    await workshop.clock.advance("10s");
    expect(await result.snapshot()).toMatchObject({ state: "revoked", reason: "pointless" });
  });

  test("a schema that takes too long is given up, too, and the handler is not run", async () => {
    workshop = new Workshop({ task: { retry: { max: 0 }, timeLimit: { hard: "10s" } } });
    const checked = Promise.withResolvers<{ value: string }>();
    let hang = false;
    let ran = false;
    const task = workshop.task({
      name: "checked",
      input: { "~standard": { version: 1, vendor: "test", validate: () => (hang ? checked.promise : { value: "" }) } },
      run: () => {
        ran = true;
      },
    });
    const result = await task.delay("x");
    hang = true;
    await workshop.worker().start();
    await workshop.clock.advance("10s");
    expect(await result.state()).toBe("failed");
    checked.resolve({ value: "x" });
    await workshop.clock.advance(0);
    expect(ran).toBe(false);
  });
});

test("many limits of many attempts are each kept, by one timer", async () => {
  workshop = new Workshop({ task: { retry: { max: 0 } } });
  const ends: number[] = [];
  const startedAt = workshop.clock.now();
  const tasks = [30, 10, 20, 40].map((seconds) =>
    workshop.task<void, unknown>({
      name: `limit ${seconds}`,
      timeLimit: { hard: `${seconds}s` },
      run: (_input, { signal }) =>
        new Promise(() => signal.addEventListener("abort", () => ends.push(workshop.clock.now() - startedAt))),
    }),
  );
  for (const task of tasks) await task.delay();
  await workshop.worker().start();
  await workshop.clock.advance("1m");
  expect(ends).toEqual([10_000, 20_000, 30_000, 40_000]);
});
