import { chain, group } from "lovage";
import { expect } from "vitest";
import { acceptance } from "./stage.ts";

const waitFor = { timeout: "30s" } as const;

acceptance("a revocation", {
  "before it runs: it never does": async (stage) => {
    const { double } = stage.tasks;
    const revoked = await double.delay(1);
    await revoked.revoke({ reason: "not needed" });
    await stage.worker();
    expect(await (await double.delay(2)).get(waitFor)).toBe(4);
    expect(stage.heard("double").map(({ value }) => value)).toEqual([2]);
    await expect(revoked.get(waitFor)).rejects.toMatchObject({
      code: "JOB_REVOKED",
      details: { reason: "not needed" },
    });
  },

  "while it runs: its signal aborts, and it ends as revoked": async (stage) => {
    await stage.worker();
    const result = await stage.tasks.slow.delay({ ms: 20_000 });
    await stage.hears("slow started");
    await result.revoke();
    await expect(result.get(waitFor)).rejects.toMatchObject({ code: "JOB_REVOKED" });
    expect(await stage.hears("slow aborted")).toMatchObject([{ reason: "JobRevoked" }]);
  },

  "after its end: refused, and the result stands": async (stage) => {
    await stage.worker();
    const result = await stage.tasks.double.delay(1);
    await result.get(waitFor);
    await expect(result.revoke()).rejects.toMatchObject({ code: "STATE_CONFLICT" });
    expect(await result.get(waitFor)).toBe(2);
  },

  "outlasts a restart of every worker, asked for while the only one hung": async (stage) => {
    const worker = await stage.worker();
    const result = await stage.tasks.slow.delay({ ms: 20_000 });
    await stage.hears("slow started");
    worker.signalAll("SIGSTOP");
    await result.revoke();
    worker.signalAll("SIGKILL");
    await worker.exited();
    await stage.worker();
    await expect(result.get(waitFor)).rejects.toMatchObject({ code: "JOB_REVOKED" });
    expect(stage.heard("slow started")).toHaveLength(1);
  },

  "of a workflow ends all of it": async (stage) => {
    const { slow, double, app } = stage.tasks;
    await stage.worker();
    const flow = await chain(group([slow.si({ ms: 20_000 }), slow.si({ ms: 20_000 })]), group([double.si(1)])).delay();
    await stage.hears("slow started", 2);
    await flow.revoke();
    await expect(flow.get(waitFor)).rejects.toMatchObject({ code: "JOB_REVOKED" });
    await stage.hears("slow aborted", 2);
    const next = await double.delay(2);
    expect(await next.get(waitFor)).toBe(4);
    expect(stage.heard("double").map(({ value }) => value)).toEqual([2]);
    expect(await app.engine.inspect.count({ states: ["waiting", "ready", "scheduled"] })).toBe(0);
  },
});
