import { afterEach, describe, expect, test } from "vitest";
import type { Engine } from "../../src/engine/index.ts";
import { EngineUnavailable } from "../../src/kernel/errors.ts";
import type { AppOptions, WorkerOptions } from "../../src/kernel/options/index.ts";
import { replacing, Workshop } from "./support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

interface Start {
  readonly worker?: WorkerOptions;
  readonly app?: AppOptions;
  readonly wrap?: (engine: Engine) => Engine;
}

async function start(options: Start = {}) {
  workshop = new Workshop(options.app, options.wrap);
  const gate = Promise.withResolvers<string>();
  const reasons: unknown[] = [];
  let runs = 0;
  const task = workshop.task<void, string>({
    name: "long",
    run: (_input, { signal }) => {
      runs += 1;
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      return gate.promise;
    },
  });
  const result = await task.delay();
  const worker = workshop.worker({ grace: "25s", ...options.worker });
  await worker.start();
  await workshop.clock.advance(0);
  return { task, result, worker, gate, reasons, runs: () => runs };
}

/** Whether a promise has settled by now. */
function watch(promise: Promise<unknown>): () => boolean {
  let settled = false;
  void promise.then(() => {
    settled = true;
  });
  return () => settled;
}

describe("a warm stop", () => {
  test("claims nothing more, and waits for what runs", async () => {
    const { task, result, worker, gate, reasons } = await start();
    const stopped = watch(worker.stop());
    const later = await task.delay();
    await workshop.clock.advance("24s");
    expect(stopped()).toBe(false);
    expect(worker.status().state).toBe("stopping");
    expect(worker.ready).toBe(false);
    gate.resolve("done");
    await workshop.clock.advance(0);
    expect(stopped()).toBe(true);
    expect(await worker.ended).toBe("stopped");
    expect(await result.get()).toBe("done");
    expect(await later.state()).toBe("ready");
    expect(reasons).toEqual([]);
    expect(await workshop.engine.inspect.workers()).toEqual([]);
  });

  test("after the grace, aborts the signals and gives the jobs back at once, handlers that ignore it or not", async () => {
    const { result, worker, reasons } = await start();
    const stopped = watch(worker.stop());
    await workshop.clock.advance("25s");
    expect(stopped()).toBe(true);
    expect(reasons).toEqual([expect.objectContaining({ code: "WORKER_STOPPED" })]);
    expect(await result.state()).toBe("ready");
    expect(workshop.failures).toEqual([]);
    expect(workshop.log.find("left running")[0]?.fields).toEqual({ handlers: 1 });
  });

  test("a job that must not run twice fails instead of being given back", async () => {
    const { result, worker } = await start({ app: { task: { ack: "early" } } });
    void worker.stop({ grace: "1s" });
    await workshop.clock.advance("1s");
    await expect(result.get()).rejects.toMatchObject({ cause: { code: "WORKER_STOPPED" } });
  });

  test("jobs that a claim brings while it begins are given back unrun", async () => {
    const hold = Promise.withResolvers<void>();
    let held = false;
    const { task, worker, runs } = await start({
      wrap: (engine) =>
        replacing(engine, "jobs", {
          exchange: async (request) => {
            const reply = await engine.jobs.exchange(request);
            if (held && reply.claimed.length > 0) await hold.promise;
            return reply;
          },
        }),
    });
    held = true;
    const late = await task.delay();
    await workshop.clock.advance(0);
    expect(await late.state()).toBe("active");
    void worker.abort();
    hold.resolve();
    await workshop.clock.advance(0);
    expect(runs()).toBe(1);
    expect(await late.state()).toBe("ready");
  });

  test("a misspelled option of stop() is refused, and the worker goes on", async () => {
    const { worker } = await start({});
    const options = { graceMs: 5_000 } as object;
    await expect(worker.stop(options)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    expect(worker.live).toBe(true);
  });
});

describe("a cold stop", () => {
  test("gives everything back at once", async () => {
    const { result, worker } = await start();
    const stopped = watch(worker.abort());
    await workshop.clock.advance(0);
    expect(stopped()).toBe(true);
    expect(await result.state()).toBe("ready");
  });

  test("ends a warm stop that is under way", async () => {
    const { result, worker } = await start();
    const warm = watch(worker.stop());
    await workshop.clock.advance("5s");
    expect(warm()).toBe(false);
    void worker.abort();
    await workshop.clock.advance(0);
    expect(warm()).toBe(true);
    expect(await result.state()).toBe("ready");
  });
});

describe("while the engine is away", () => {
  function failing(switcher: { away: boolean }): (engine: Engine) => Engine {
    const refuse = (): Promise<never> => Promise.reject(new EngineUnavailable("away"));
    return (engine) =>
      replacing(
        replacing(engine, "jobs", {
          exchange: (request) => (switcher.away ? refuse() : engine.jobs.exchange(request)),
        }),
        "liveness",
        { deregister: (worker) => (switcher.away ? refuse() : engine.liveness.deregister(worker)) },
      );
  }

  test("a stop is bounded, and tells what was not settled", async () => {
    const switcher = { away: false };
    const { worker } = await start({ wrap: failing(switcher) });
    switcher.away = true;
    const stopped = watch(worker.stop({ grace: "5s" }));
    await workshop.clock.advance("15s");
    expect(stopped()).toBe(true);
    expect(workshop.log.find("did not take the outcome")[0]?.fields).toEqual({ jobs: 1 });
    expect(workshop.log.find("could not be told that this worker stops")).toHaveLength(1);
  });

  test("an engine that hangs does not hang the stop", async () => {
    const never = new Promise<never>(() => {});
    let hang = false;
    const hanging = <Value>(call: () => Promise<Value>): Promise<Value> => (hang ? never : call());
    const { worker } = await start({
      wrap: (engine) =>
        replacing(
          replacing(
            replacing(engine, "jobs", { exchange: (request) => hanging(() => engine.jobs.exchange(request)) }),
            "liveness",
            {
              beat: (beat) => hanging(() => engine.liveness.beat(beat)),
              deregister: (id) => hanging(() => engine.liveness.deregister(id)),
            },
          ),
          "upkeep",
          { promote: (request) => hanging(() => engine.upkeep.promote(request)) },
        ),
    });
    hang = true;
    await workshop.clock.advance("6s");
    const stopped = watch(worker.abort());
    await workshop.clock.advance("15s");
    expect(stopped()).toBe(true);
  });

  test("it settles before it stops, when the engine comes back within the grace", async () => {
    const switcher = { away: false };
    const { worker, gate, result } = await start({ wrap: failing(switcher) });
    switcher.away = true;
    gate.resolve("done");
    await workshop.clock.advance("1s");
    void worker.stop();
    await workshop.clock.advance("10s");
    switcher.away = false;
    await workshop.clock.advance("10s");
    expect(await result.get()).toBe("done");
    expect(worker.status().state).toBe("stopped");
  });
});

describe("the start-stop promise", () => {
  test("stop before start, twice start and twice stop do no harm", async () => {
    workshop = new Workshop();
    workshop.task({ name: "any", run: () => 1 });
    const worker = workshop.worker();
    await worker.stop();
    expect(workshop.clock.pending).toBe(0);
    await Promise.all([worker.start(), worker.start()]);
    expect(worker.status().state).toBe("running");
    const stops = Promise.all([worker.stop(), worker.stop()]);
    await workshop.clock.advance(0);
    await stops;
    expect(worker.status().state).toBe("stopped");
  });

  test("a worker can be started again", async () => {
    workshop = new Workshop();
    const task = workshop.task({ name: "any", run: () => 1 });
    const worker = workshop.worker();
    for (let round = 0; round < 3; round += 1) {
      await worker.start();
      const result = await task.delay();
      await workshop.clock.advance(0);
      expect(await result.get()).toBe(1);
      const stopped = worker.stop();
      await workshop.clock.advance(0);
      await stopped;
    }
  });

  test("nothing is left on the clock afterwards", async () => {
    const { worker } = await start();
    const stopped = worker.abort();
    await workshop.clock.advance(0);
    await stopped;
    expect(workshop.clock.pending).toBe(0);
  });

  test("a start that fails leaves nothing behind and can be repeated", async () => {
    let away = true;
    workshop = new Workshop({}, (engine) =>
      replacing(engine, "bus", {
        subscribe: (topic, listener) =>
          away ? Promise.reject(new EngineUnavailable("away")) : engine.bus.subscribe(topic, listener),
      }),
    );
    workshop.task({ name: "any", run: () => 1 });
    const worker = workshop.worker();
    await expect(worker.start()).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE" });
    expect(worker.status().state).toBe("stopped");
    expect(workshop.clock.pending).toBe(0);
    expect(await workshop.engine.inspect.workers()).toEqual([]);
    away = false;
    await worker.start();
    expect(worker.status().state).toBe("running");
  });

  test("an app without a task to run is refused at start", async () => {
    workshop = new Workshop();
    workshop.task({ name: "contract" });
    await expect(workshop.worker().start()).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  });
});
