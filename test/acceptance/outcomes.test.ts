import { expect } from "vitest";
import { acceptance } from "./stage.ts";

const waitFor = { timeout: "30s" } as const;

acceptance("outcomes", {
  "ctx.release(): given back, and run by whoever takes it, counting nothing": async (stage) => {
    await Promise.all([stage.worker({ concurrency: 1 }), stage.worker({ concurrency: 1 })]);
    const result = await stage.tasks.shy.delay();
    expect(await result.get(waitFor)).toMatch(/^ran in/);
    expect(stage.heard("shy").map(({ fence }) => fence)).toEqual([1, 2]);
    expect(await result.snapshot()).toMatchObject({ attempt: 1 });
  },

  "ctx.discard(): ended, not retried": async (stage) => {
    await stage.worker();
    const result = await stage.tasks.pointless.delay();
    const details = { by: "handler", reason: "nobody asked" };
    await expect(result.get(waitFor)).rejects.toMatchObject({ code: "JOB_REVOKED", details });
    expect(stage.heard("pointless")).toHaveLength(1);
  },

  "a retry keeps priority, headers and expiry": async (stage) => {
    const { flaky, app } = stage.tasks;
    const result = await flaky.delay({ failures: 2 }, { priority: 8, headers: { tenant: "a" }, expires: "1h" });
    const [before] = await app.engine.inspect.get([result.id]);
    await stage.worker();
    expect(await result.get(waitFor)).toBe(3);
    const [after] = await app.engine.inspect.get([result.id]);
    const { priority, headers, expiresAt } = before ?? {};
    expect(after).toMatchObject({ priority, headers, expiresAt, failures: 2 });
    expect({ priority, headers }).toEqual({ priority: 8, headers: { tenant: "a" } });
  },

  "an error that cannot be written down is told all the same": async (stage) => {
    await stage.worker();
    const result = await stage.tasks.unspeakable.delay();
    const cause = { name: "RangeError", message: "beyond words" };
    await expect(result.get(waitFor)).rejects.toMatchObject({ code: "JOB_FAILED", cause });
  },

  "forget() releases what was kept": async (stage) => {
    await stage.worker();
    const result = await stage.tasks.double.delay(1);
    await result.get(waitFor);
    await result.forget();
    await expect(result.state()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    expect(await stage.tasks.app.engine.inspect.count({})).toBe(0);
  },

  "clocks of two workers ten minutes apart: nothing starts early, and nobody takes what the other runs": async (
    stage,
  ) => {
    const { double, slow } = stage.tasks;
    await Promise.all([stage.worker({ skewMs: 600_000 }), stage.worker({ skewMs: -600_000 })]);
    const delayed = await double.delay(1, { countdown: "5m" });
    const results = await slow.delayMany(Array.from({ length: 6 }, () => ({ ms: 2_500 })));
    for (const result of results) await result.get(waitFor);
    expect(stage.heard("slow started").map(({ fence }) => fence)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await delayed.state()).toBe("scheduled");
  },

  "a task that half of the workers do not know runs on the others": async (stage) => {
    await Promise.all([stage.worker(), stage.worker({ isRareKnown: true })]);
    const results = await Promise.all(Array.from({ length: 10 }, () => stage.tasks.app.send("rare")));
    const where = new Set(await Promise.all(results.map((result) => result.get(waitFor))));
    expect(where.size).toBe(1);
  },
});
