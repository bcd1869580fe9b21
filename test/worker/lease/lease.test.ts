import { afterEach, describe, expect, test } from "vitest";
import type { BeatReply, Engine } from "../../../src/engine/index.ts";
import { EngineUnavailable } from "../../../src/kernel/errors.ts";
import { replacing, Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

async function runOne(wrap?: (engine: Engine) => Engine, onAbort: "reject" | "ignore" = "reject") {
  workshop = new Workshop({ task: { retry: { max: 0 } } }, wrap);
  const gate = Promise.withResolvers<string>();
  const reasons: unknown[] = [];
  const task = workshop.task<void, unknown>({
    name: "long",
    run: (_input, { signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => {
          reasons.push(signal.reason);
          if (onAbort === "reject") reject(signal.reason);
        });
        void gate.promise.then(resolve);
      }),
  });
  const result = await task.delay();
  const worker = workshop.worker({ lease: "15s" });
  await worker.start();
  await workshop.clock.advance(0);
  return { result, worker, reasons, gate };
}

describe("a revocation", () => {
  test("reaches a running job at once, by a hint", async () => {
    const { result, reasons } = await runOne();
    await result.revoke({ reason: "the user has left" });
    await workshop.clock.advance(0);
    expect(reasons).toEqual([expect.objectContaining({ code: "JOB_REVOKED" })]);
    expect(await result.snapshot()).toMatchObject({ state: "revoked", by: "caller", reason: "the user has left" });
    expect(workshop.failures).toEqual([]);
  });

  test("reaches it at the next beat when the hint is lost", async () => {
    const { result, reasons } = await runOne((engine) => replacing(engine, "bus", { publish: async () => {} }));
    await result.revoke();
    await workshop.clock.advance(0);
    expect(reasons).toEqual([]);
    await workshop.clock.advance("5s");
    expect(reasons).toHaveLength(1);
    expect(await result.state()).toBe("revoked");
  });

  test("is not missed while a beat is under way", async () => {
    let hold: PromiseWithResolvers<void> | undefined;
    const { result, reasons } = await runOne((engine) =>
      replacing(engine, "liveness", {
        beat: async (beat) => {
          const reply = await engine.liveness.beat(beat);
          await hold?.promise;
          return reply;
        },
      }),
    );
    hold = Promise.withResolvers();
    await workshop.clock.advance("5s");
    await result.revoke();
    await workshop.clock.advance(0);
    expect(reasons).toEqual([]);
    hold.resolve();
    hold = undefined;
    await workshop.clock.advance(0);
    expect(reasons).toHaveLength(1);
  });

  test("gives way to a success that is quicker", async () => {
    const { result, reasons, gate } = await runOne(undefined, "ignore");
    await result.revoke();
    await workshop.clock.advance(0);
    expect(reasons).toHaveLength(1);
    gate.resolve("done all the same");
    await workshop.clock.advance(0);
    expect(await result.get()).toBe("done all the same");
  });

  test("does not wait for ever for a handler that does not listen", async () => {
    const { result, worker } = await runOne(undefined, "ignore");
    await result.revoke();
    await workshop.clock.advance("4s");
    expect(await result.state()).toBe("active");
    await workshop.clock.advance("1s");
    expect(await result.state()).toBe("revoked");
    expect(worker.status()).toMatchObject({ running: 0, leftRunning: 1 });
  });
});

describe("a lease", () => {
  test("is kept by beats while a job runs for longer", async () => {
    const { result, gate, worker } = await runOne();
    await workshop.clock.advance("2m");
    const [row] = await workshop.engine.inspect.workers();
    expect(row).toMatchObject({ id: worker.id, active: 1 });
    expect(row?.leaseUntil).toBeGreaterThan(workshop.clock.now());
    gate.resolve("done");
    await workshop.clock.advance(0);
    expect(await result.get()).toBe("done");
  });

  test("that lapsed aborts what runs, records nothing of it, and begins anew", async () => {
    const { result, worker, reasons, gate } = await runOne(undefined, "ignore");
    // The engine gives its jobs away and forgets it, as a rescue does.
    await workshop.engine.liveness.deregister(worker.id);
    await workshop.clock.advance("5s");
    expect(reasons).toEqual([expect.objectContaining({ code: "LEASE_LOST" })]);
    expect(workshop.log.find("lease had lapsed, so its jobs were given to others")).toHaveLength(1);
    // It registers again, and may take the same job again.
    await workshop.clock.advance("1s");
    expect(await result.snapshot()).toMatchObject({ state: "active", worker: worker.id });
    expect(worker.status()).toMatchObject({ running: 1, leftRunning: 1 });
    gate.resolve("done");
    await workshop.clock.advance(0);
    expect(await result.get()).toBe("done");
    expect(workshop.log.find("came too late")).toEqual([]);
    expect(worker.status().outcomes.succeeded).toBe(1);
  });

  test("a single job that was given away is aborted, the others go on", async () => {
    let lost: readonly string[] = [];
    const { result, reasons, worker } = await runOne((engine) =>
      replacing(engine, "liveness", {
        beat: async (beat): Promise<BeatReply> => ({ ...(await engine.liveness.beat(beat)), lost }),
      }),
    );
    lost = [result.id];
    await workshop.clock.advance("5s");
    expect(reasons).toEqual([expect.objectContaining({ code: "LEASE_LOST" })]);
    expect(worker.status()).toMatchObject({ running: 0 });
  });

  test("an engine that is away aborts nothing", async () => {
    let away = false;
    const { result, reasons, gate } = await runOne((engine) =>
      replacing(engine, "liveness", {
        beat: async (beat) => {
          if (away) throw new EngineUnavailable("away");
          return engine.liveness.beat(beat);
        },
      }),
    );
    away = true;
    await workshop.clock.advance("1m");
    expect(workshop.log.find("the engine does not answer")).toHaveLength(1);
    away = false;
    await workshop.clock.advance("5s");
    expect(workshop.log.find("the engine answers again")).toHaveLength(1);
    expect(reasons).toEqual([]);
    gate.resolve("done");
    await workshop.clock.advance(0);
    expect(await result.get()).toBe("done");
  });
});
