import { group } from "lovage";
import { expect } from "vitest";
import { acceptance, stopWarm, until } from "./stage.ts";

const waitFor = { timeout: "30s" } as const;
// A second signal counts as one from here on.
const SECOND_SIGNAL_MS = 600;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

acceptance("a worker that stops", {
  "warm: it finishes what runs, and takes nothing more; TERM again at once is harmless": async (stage) => {
    const { slow } = stage.tasks;
    const worker = await stage.worker();
    const result = await slow.delay({ ms: 800 });
    await stage.hears("slow started");
    worker.signalAll("SIGTERM");
    await stopWarm(worker);
    const later = await slow.delay({ ms: 1 });
    expect(await worker.exited(), worker.output).toBe(0);
    expect(await result.state()).toBe("succeeded");
    expect(stage.heard("slow aborted")).toEqual([]);
    expect(await later.state()).toBe("ready");
  },

  "warm: its lease is kept meanwhile, so nobody else takes what it finishes": async (stage) => {
    const worker = await stage.worker();
    const result = await stage.tasks.slow.delay({ ms: 3_000 });
    await stage.hears("slow started");
    worker.signalAll("SIGTERM");
    await stage.worker();
    expect(await result.get(waitFor)).toMatch(/^slept in/);
    expect(stage.heard("slow started")).toHaveLength(1);
  },

  "cold, from the warm stop: what runs is given back at once, and counts nothing": async (stage) => {
    const worker = await stage.worker();
    const result = await stage.tasks.slow.delay({ ms: 5_000 });
    await stage.hears("slow started");
    await stopWarm(worker);
    await pause(SECOND_SIGNAL_MS);
    worker.signalAll("SIGTERM");
    await worker.exited();
    const snapshot = await result.snapshot();
    expect(snapshot).toMatchObject({ state: "ready", attempt: 1, error: undefined });
    expect(stage.heard("slow aborted")).toMatchObject([{ reason: "WorkerStopped" }]);
  },

  "cold, where nothing runs, and under handlers that take no notice": async (stage) => {
    const idle = await stage.worker();
    idle.signalAll("SIGTERM");
    expect(await idle.exited(), idle.output).toBe(0);
    const worker = await stage.worker();
    const result = await stage.tasks.deaf.delay({ ms: 20_000 });
    await stage.hears("deaf started");
    await stopWarm(worker);
    await pause(SECOND_SIGNAL_MS);
    const before = performance.now();
    worker.signalAll("SIGTERM");
    await worker.exited();
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await result.state()).toBe("ready");
  },

  "soft: after the grace what runs is aborted and given back at once, also inside a group": async (stage) => {
    const { slow, double } = stage.tasks;
    const worker = await stage.worker({ grace: "300ms" });
    const result = await group([slow.si({ ms: 2_000 }), double.si(1)]).delay();
    await stage.hears("slow started");
    worker.signalAll("SIGTERM");
    expect(await worker.exited(), worker.output).toBe(0);
    expect(stage.heard("slow aborted")).toMatchObject([{ reason: "WorkerStopped" }]);
    const second = await stage.worker();
    const [slept, doubled] = await result.get(waitFor);
    expect([slept.startsWith("slept in"), doubled]).toEqual([true, 2]);
    expect(stage.heard("slow started").map(({ attempt }) => attempt)).toEqual([1, 1]);
    second.signalAll("SIGTERM");
    expect(await second.exited()).toBe(0);
  },

  "soft, under a time limit: the limit holds within the grace, and the attempt counts as it would": async (stage) => {
    const worker = await stage.worker();
    const result = await stage.tasks.limited.delay({ ms: 10_000 });
    await stage.hears("slow started");
    worker.signalAll("SIGTERM");
    expect(await worker.exited(), worker.output).toBe(0);
    expect(stage.heard("slow aborted")).toMatchObject([{ reason: "SoftTimeLimitExceeded" }]);
    expect(await result.snapshot()).toMatchObject({ attempt: 2, error: { name: "SoftTimeLimitExceeded" } });
  },

  "a supervisor stops its children in the same way": async (stage) => {
    const supervisor = await stage.worker({ processes: 2 });
    const result = await stage.tasks.slow.delay({ ms: 800 });
    await stage.hears("slow started");
    supervisor.signalLeader("SIGTERM");
    expect(await supervisor.exited(), supervisor.output).toBe(0);
    expect(await result.state()).toBe("succeeded");
    await until("all of it is gone", () => !supervisor.alive || undefined);
  },
});
