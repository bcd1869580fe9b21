import { expect, onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import type { ClaimedJob, Settlement } from "../../../src/kernel/job.ts";
import { testRequiring } from "../../support/requirement.ts";
import { type RedisServer, redisProgram, startRedis } from "../../support/servers/index.ts";
import { newJob, openApp, openEngine, push, registerWorker, until } from "./setup.ts";

const test = testRequiring(redisProgram);

/** A server and an engine on it, with so many jobs, whose memory is then used up. */
async function fullServer(jobs: number): Promise<{ redis: RedisServer; engine: Engine; ids: readonly string[] }> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  const ids: string[] = [];
  for (let count = 0; count < jobs; count += 1) {
    const job = newJob();
    expect(await push(engine, job)).toBe("stored");
    ids.push(job.id);
  }
  await registerWorker(engine);
  await redis.ask("CONFIG", "SET", "maxmemory", "1mb");
  expect(await push(engine)).toBe("STORAGE_FULL");
  return { redis, engine, ids };
}

const claim = { max: 100, alone: false, retainMs: 0, queues: undefined, tasks: ["task"] };

function success({ id, fence, receipt }: ClaimedJob): Settlement {
  return { id, fence, receipt, outcome: { kind: "succeeded", result: '"done"', retainMs: 0 }, effects: [] };
}

test("a full server drains: jobs are claimed, settled and pruned, and leases are kept", async () => {
  const { engine, ids } = await fullServer(20);
  const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  expect(claimed.map(({ id }) => id)).toEqual(ids);
  const beat = { worker: "worker", leaseMs: 10_000, held: { jobs: claimed, pendingExchanges: [], nextExchange: 2 } };
  expect(await engine.liveness.beat(beat)).toMatchObject({ known: true, lost: [] });
  const settlements = claimed.map(success);
  const reply = await engine.jobs.exchange({ worker: "worker", exchange: 2, settlements, claim });
  expect(reply.settled).toEqual(ids.map(() => ({ status: "applied", state: "succeeded" })));
  const [first] = await engine.inspect.get(ids);
  expect(first).toMatchObject({ state: "succeeded", result: '"done"' });
  await expect(engine.upkeep.prune({ max: 100, maxFinished: 0 })).resolves.toEqual({ pruned: 20 });
  expect(await push(engine)).toBe("STORAGE_FULL");
});

test("a failure with a retry is kept on a full server, and what it made due is promoted", async () => {
  const { engine } = await fullServer(1);
  const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  const [job] = claimed;
  if (job === undefined) throw new Error("Nothing was claimed.");
  const error = { name: "Error", message: "not yet" };
  const outcome = { kind: "retried", error, due: { afterMs: 0 } } as const;
  const retried = { ...success(job), outcome };
  const settled = await engine.jobs.exchange({ worker: "worker", exchange: 2, settlements: [retried], claim });
  expect(settled.settled).toEqual([{ status: "applied", state: "scheduled" }]);
  expect(await engine.upkeep.promote({ max: 10 })).toMatchObject({ promoted: 1 });
  const again = await engine.jobs.exchange({ worker: "worker", exchange: 3, settlements: [], claim });
  expect(again.claimed).toMatchObject([{ id: job.id, failures: 1 }]);
});

test("whoever steers a full server can: pause, revoke, purge", async () => {
  const { engine, ids } = await fullServer(3);
  await engine.inspect.pause("queue");
  const revoke = { selection: { ids: ids.slice(0, 1) }, dryRun: false, reason: "", retainMs: 0 };
  expect(await engine.inspect.revoke(revoke)).toMatchObject({ changed: 1 });
  expect(await engine.inspect.purge({ queue: "queue", dryRun: false })).toEqual({ removed: 2 });
});

test("a worker that starts on a full server empties it, and then it takes pushes again", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const producer = openApp(redis.url).app;
  const input = { text: "x".repeat(20_000) };
  const pushed = producer.task({
    name: "task",
    retention: { succeeded: "1s" },
    run: undefined as ((_: typeof input) => void) | undefined,
  });
  await producer.start();
  await redis.ask("CONFIG", "SET", "maxmemory", "8mb");
  const refusal = await until("it is full", () =>
    pushed.delay(input).then(
      () => undefined,
      (error) => error.code,
    ),
  );
  expect(refusal).toBe("STORAGE_FULL");
  const { app } = openApp(redis.url);
  app.task({ name: "task", retention: { succeeded: "1s" }, run: async (_: typeof input) => {} });
  await app.worker({ concurrency: 10 }).start();
  await until("a push is taken", () =>
    pushed.delay(input).then(
      () => true,
      () => undefined,
    ),
  );
}, 30_000);
