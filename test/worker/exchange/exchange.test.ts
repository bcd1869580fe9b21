import { afterEach, describe, expect, test } from "vitest";
import type { ClaimRequest, Engine, ExchangeRequest } from "../../../src/engine/index.ts";
import { EngineUnavailable } from "../../../src/kernel/errors.ts";
import type { WorkerOptions } from "../../../src/kernel/options/index.ts";
import { replacing, Workshop } from "../support/workshop.ts";

let workshop = new Workshop();
afterEach(() => workshop.close());

interface Fault {
  /** Fails before the engine has seen the exchange. */
  lost: boolean;
  /** Fails after the engine has carried it out. */
  replyLost: boolean;
}

interface Observed {
  readonly requests: ExchangeRequest[];
  readonly fault: Fault;
  inFlight: number;
  mostInFlight: number;
}

function observed(engine: Engine, log: Observed): Engine {
  return replacing(engine, "jobs", {
    exchange: async (request) => {
      log.requests.push(request);
      log.inFlight += 1;
      log.mostInFlight = Math.max(log.mostInFlight, log.inFlight);
      try {
        if (log.fault.lost) throw new EngineUnavailable("away");
        const reply = await engine.jobs.exchange(request);
        // A real engine answers in a later turn.
        await new Promise((resolve) => setImmediate(resolve));
        if (log.fault.replyLost) throw new EngineUnavailable("the reply was lost");
        return reply;
      } finally {
        log.inFlight -= 1;
      }
    },
  });
}

async function begin(options: WorkerOptions = {}) {
  const log: Observed = { requests: [], fault: { lost: false, replyLost: false }, inFlight: 0, mostInFlight: 0 };
  workshop = new Workshop({ task: { retry: { max: 0 } } }, (engine) => observed(engine, log));
  const gates: PromiseWithResolvers<void>[] = [];
  const task = workshop.task<number, number>({
    name: "gated",
    run: async (number) => {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return number;
    },
  });
  const quick = workshop.task<number, number>({ name: "quick", run: (number) => number });
  const worker = workshop.worker(options);
  return { log, gates, task, quick, worker };
}

function claims(log: Observed): ClaimRequest[] {
  return log.requests.flatMap(({ claim }) => claim ?? []);
}

describe("claims", () => {
  test("are never for more than the free slots, whatever is under way", async () => {
    const { log, task, gates, worker } = await begin({ concurrency: 10 });
    await task.delayMany(Array.from({ length: 50 }, (_, number) => number));
    await worker.start();
    await workshop.clock.advance(0);
    expect(worker.status().running).toBe(10);
    expect(claims(log).reduce((sum, { max }) => sum + max, 0)).toBe(10);
    for (const gate of gates.splice(0, 3)) gate.resolve();
    await workshop.clock.advance(0);
    expect(worker.status().running).toBe(10);
    expect(claims(log).reduce((sum, { max }) => sum + max, 0)).toBe(13);
    expect(log.mostInFlight).toBeLessThanOrEqual(2);
  });

  test("what ends in one turn is settled together, with the next claim", async () => {
    const { log, task, gates, worker } = await begin({ concurrency: 4 });
    await task.delayMany([1, 2, 3, 4, 5, 6, 7, 8]);
    await worker.start();
    await workshop.clock.advance(0);
    log.requests.length = 0;
    for (const gate of gates.splice(0)) gate.resolve();
    await workshop.clock.advance(0);
    expect(log.requests[0]).toMatchObject({ settlements: [{}, {}, {}, {}], claim: { max: 4, alone: false } });
  });

  test("two exchanges overlap when there is plenty to do", async () => {
    const { log, quick, worker } = await begin({ concurrency: 100 });
    await quick.delayMany(Array.from({ length: 1_000 }, (_, number) => number));
    const report = await worker.drain();
    expect(report.outcomes.succeeded).toBe(1_000);
    expect(log.mostInFlight).toBe(2);
    expect(Math.max(...claims(log).map(({ max }) => max))).toBe(50);
    expect(log.requests.length).toBeLessThan(40);
  });

  test("an idle worker asks once a poll, and no more", async () => {
    const { log, worker } = await begin({ poll: "1s" });
    await worker.start();
    await workshop.clock.advance("1s");
    log.requests.length = 0;
    await workshop.clock.advance("10s");
    expect(log.requests).toHaveLength(10);
  });

  test("with every hint lost, a job starts at the next poll", async () => {
    const log: Observed = { requests: [], fault: { lost: false, replyLost: false }, inFlight: 0, mostInFlight: 0 };
    workshop = new Workshop({}, (engine) =>
      replacing(observed(engine, log), "jobs", {
        exchange: (request) => engine.jobs.exchange(request),
        arrival: (_interest, signal) =>
          new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      }),
    );
    const task = workshop.task({ name: "quick", run: () => workshop.clock.now() });
    await workshop.worker({ poll: "1s" }).start();
    await workshop.clock.advance("10s");
    const pushedAt = workshop.clock.now();
    const result = await task.delay();
    await workshop.clock.advance("1s");
    expect(((await result.get()) as number) - pushedAt).toBeLessThanOrEqual(1_000);
  });

  test("a worker of some queues and tasks asks for these", async () => {
    const { log, worker } = await begin({ queues: ["mail", "default"] });
    await worker.start();
    await workshop.clock.advance(0);
    expect(claims(log)[0]).toMatchObject({ queues: ["mail", "default"], tasks: ["gated", "quick", "lovage.join"] });
  });
});

describe("while the engine is away", () => {
  test("settlements are kept and repeated until they are applied; no job runs twice", async () => {
    const { log, task, gates, worker } = await begin({ concurrency: 2 });
    const results = await task.delayMany([1, 2]);
    await worker.start();
    await workshop.clock.advance(0);
    log.fault.lost = true;
    for (const gate of gates) gate.resolve();
    await workshop.clock.advance("5s");
    expect(await Promise.all(results.map((result) => result.state()))).toEqual(["active", "active"]);
    log.fault.lost = false;
    await workshop.clock.advance("3s");
    expect(await Promise.all(results.map((result) => result.get()))).toEqual([1, 2]);
    expect(gates).toHaveLength(2);
    expect(worker.status().outcomes.succeeded).toBe(2);
  });

  test("it is said once, and once when it is back, and asked ever less often", async () => {
    const { log, worker } = await begin();
    await worker.start();
    await workshop.clock.advance("1s");
    log.fault.lost = true;
    log.requests.length = 0;
    await workshop.clock.advance("5m");
    expect(workshop.log.find("the engine does not answer")).toHaveLength(1);
    expect(worker.ready).toBe(false);
    expect(worker.live).toBe(true);
    expect(log.requests.length).toBeGreaterThan(20);
    expect(log.requests.length).toBeLessThan(220);
    log.fault.lost = false;
    await workshop.clock.advance("3s");
    expect(workshop.log.find("the engine answers again")).toHaveLength(1);
    expect(worker.ready).toBe(true);
  });

  test("it is asked every few seconds however long it was away, so that jobs are claimed within 5 s", async () => {
    const { log, task, gates, worker } = await begin();
    await worker.start();
    log.fault.lost = true;
    await workshop.clock.advance("10m");
    let [silentSeconds, longestSilence] = [0, 0];
    for (let second = 0; second < 60; second += 1) {
      const asked = log.requests.length;
      await workshop.clock.advance("1s");
      silentSeconds = log.requests.length > asked ? 0 : silentSeconds + 1;
      longestSilence = Math.max(longestSilence, silentSeconds);
    }
    expect(longestSilence).toBeLessThanOrEqual(3);
    await task.delay(1);
    log.fault.lost = false;
    // The rest is for the connection that an engine may have to make first.
    await workshop.clock.advance("3s");
    expect(gates).toHaveLength(1);
  });

  test("a settlement whose reply was lost is repeated, and is applied once", async () => {
    const { log, quick, worker } = await begin();
    await worker.start();
    await workshop.clock.advance(0);
    const result = await quick.delay(7);
    // The claim's reply arrives; the settlement's is lost after the commit.
    while (worker.status().outcomes.succeeded === 0) await new Promise((resolve) => setImmediate(resolve));
    log.fault.replyLost = true;
    await workshop.clock.advance(0);
    log.fault.replyLost = false;
    await workshop.clock.advance("1s");
    expect(await result.get()).toBe(7);
    expect(workshop.log.find("came too late")).toEqual([]);
    const carried = log.requests.filter(({ settlements }) => settlements.some(({ id }) => id === result.id));
    expect(carried.length).toBeGreaterThan(1);
  });

  test("jobs of a claim whose reply was lost are run after the next beat", async () => {
    const { log, quick, worker } = await begin({ lease: "15s" });
    await worker.start();
    await workshop.clock.advance("1s");
    log.fault.replyLost = true;
    const result = await quick.delay(7);
    await workshop.clock.advance(0);
    expect(await result.state()).toBe("active");
    log.fault.replyLost = false;
    await workshop.clock.advance("6s");
    expect(await result.get()).toBe(7);
    expect(workshop.log.find("never reached this worker")).toHaveLength(1);
    expect(worker.status().outcomes.succeeded).toBe(1);
  });
});

describe("a settlement", () => {
  test("that the engine refuses ends its job as failed, and nobody else's", async () => {
    workshop = new Workshop({}, (engine) =>
      replacing(engine, "jobs", {
        exchange: async (request) => {
          const isBad = ({ outcome }: ExchangeRequest["settlements"][number]): boolean =>
            outcome.kind === "succeeded" && outcome.result === '"bad"';
          const good = request.settlements.filter((settlement) => !isBad(settlement));
          const reply = await engine.jobs.exchange({ ...request, settlements: good });
          const settled = [...reply.settled];
          const refused = { status: "refused", error: { name: "StorageRefused", message: "cannot store it" } } as const;
          for (const [index, settlement] of request.settlements.entries())
            if (isBad(settlement)) settled.splice(index, 0, refused);
          return { ...reply, settled };
        },
      }),
    );
    const echo = workshop.task({ name: "echo", run: (text: string) => text });
    const [bad, good] = await echo.delayMany(["bad", "good"]);
    await workshop.worker().drain();
    await expect(bad?.get()).rejects.toMatchObject({ cause: { name: "StorageRefused" } });
    expect(await good?.get()).toBe("good");
    expect(workshop.log.find("cannot be stored")).toHaveLength(1);
  });

  test("of a job that was given away is refused, told and counted", async () => {
    const { task, gates, worker } = await begin({ lease: "15s" });
    const result = await task.delay(1);
    await worker.start();
    await workshop.clock.advance(0);
    await workshop.engine.liveness.deregister(worker.id);
    for (const gate of gates) gate.resolve();
    await workshop.clock.advance(0);
    expect(workshop.log.find("came too late")[0]).toMatchObject({ level: "warn", fields: { id: result.id } });
    expect(workshop.metric("lovage_settlements_stale_total")).toBe(1);
  });
});

/** A worker takes the poison job and is never heard of again; another one, steady for a lease, rescues it. */
async function loseTo(name: string): Promise<void> {
  const { liveness, jobs } = workshop.engine;
  const facts = { host: "h", pid: 1, version: "1", queues: undefined, concurrency: 1 };
  await liveness.register({ ...facts, id: name, tasks: ["poison"] }, 1_000);
  const claim = { queues: undefined, tasks: ["poison"], max: 1, alone: true, retainMs: 1 };
  const { claimed } = await jobs.exchange({ worker: name, exchange: 1, settlements: [], claim });
  expect(claimed).toHaveLength(1);
  await liveness.register({ ...facts, id: "rescuer", tasks: ["none"] }, 1_000);
  for (let beat = 0; beat < 20; beat += 1) {
    await workshop.clock.advance(100);
    await liveness.beat({ worker: "rescuer", leaseMs: 1_000, held: undefined });
  }
  const rescued = await liveness.rescue({ worker: "rescuer", max: 10, retainMs: 1 });
  expect(rescued).toMatchObject([{ worker: name, state: "ready" }]);
}

describe("a job that crashed twice", () => {
  async function withQuarantined(concurrency: number) {
    const context = await begin({ concurrency });
    const alone = workshop.task<void, unknown>({
      name: "poison",
      run: () => ({ others: context.worker.status().running - 1 }),
    });
    const result = await alone.delay();
    for (const name of ["lost one", "lost two"]) await loseTo(name);
    expect(await result.state()).toBe("ready");
    return { ...context, result };
  }

  test("runs alone in its process, after what runs there and before what comes next", async () => {
    const { result, task, gates, worker } = await withQuarantined(10);
    await task.delayMany([1, 2, 3]);
    await worker.start();
    await workshop.clock.advance("2s");
    expect(worker.status().running).toBe(3);
    await task.delayMany([4, 5]);
    await workshop.clock.advance("2s");
    // Nothing more is claimed until the three have ended.
    expect(worker.status().running).toBe(3);
    expect(await result.state()).toBe("ready");
    for (const gate of gates.splice(0)) gate.resolve();
    await workshop.clock.advance("2s");
    expect(await result.get()).toEqual({ others: 0 });
    expect(worker.status().running).toBe(2);
    for (const gate of gates) gate.resolve();
  });
});
