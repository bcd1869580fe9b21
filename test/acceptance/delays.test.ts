import { chain } from "lovage";
import { expect } from "vitest";
import { acceptance, until } from "./stage.ts";

const waitFor = { timeout: "30s" } as const;
const hour = 3_600_000;

acceptance("delays", {
  "an eta that has passed, and a countdown of zero, mean now; a negative one is refused": async (stage) => {
    const { double } = stage.tasks;
    await stage.worker();
    const past = await double.delay(1, { eta: Date.now() - hour });
    const zero = await double.delay(2, { countdown: 0 });
    expect([await past.get(waitFor), await zero.get(waitFor)]).toEqual([2, 4]);
    await expect(double.delay(3, { countdown: -1 })).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  },

  "a short countdown is waited for, a long one is not started": async (stage) => {
    const { double } = stage.tasks;
    await stage.worker();
    const long = await double.delay(1, { countdown: "1h" });
    const before = performance.now();
    expect(await (await double.delay(2, { countdown: "1s" })).get(waitFor)).toBe(4);
    expect(performance.now() - before).toBeGreaterThan(900);
    expect(await long.state()).toBe("scheduled");
  },

  "a thousand jobs of one eta all run, each once": async (stage) => {
    const { double, app } = stage.tasks;
    await stage.worker({ concurrency: 50 });
    const values = Array.from({ length: 1_000 }, (_, index) => index);
    await double.delayMany(values, { eta: Date.now() + 700 });
    await until(
      "all have run",
      async () => (await app.engine.inspect.count({ states: ["succeeded"] })) === 1_000 || undefined,
    );
    expect(new Set(stage.heard("double").map(({ value }) => value)).size).toBe(1_000);
    expect(stage.heard("double")).toHaveLength(1_000);
  },

  "a delayed job that is revoked never runs": async (stage) => {
    const { double } = stage.tasks;
    await stage.worker();
    const revoked = await double.delay(1, { countdown: "700ms" });
    await revoked.revoke();
    expect(await (await double.delay(2, { countdown: "1s" })).get(waitFor)).toBe(4);
    expect(stage.heard("double").map(({ value }) => value)).toEqual([2]);
  },

  "delays within a chain count from the step before": async (stage) => {
    const { double } = stage.tasks;
    await stage.worker();
    const before = performance.now();
    const steps = chain(
      double.si(1),
      double.s(undefined, { countdown: "600ms" }),
      double.s(undefined, { countdown: "600ms" }),
    );
    expect(await (await steps.delay()).get(waitFor)).toBe(8);
    expect(performance.now() - before).toBeGreaterThan(1_150);
  },

  "a job that expires while no worker runs is revoked, not run": async (stage) => {
    const { double, app } = stage.tasks;
    const expiring = await double.delay(1, { expires: 50 });
    const { expiresAt = 0 } = (await app.engine.inspect.get([expiring.id]))[0] ?? {};
    await until("its time has passed", () => Date.now() > expiresAt);
    await stage.worker();
    await expect(expiring.get(waitFor)).rejects.toMatchObject({ code: "JOB_REVOKED" });
    expect(stage.heard("double")).toEqual([]);
  },
});
