import { expect, onTestFinished } from "vitest";
import { createRedisEngine } from "../../../src/engines/redis/index.ts";
import { testRequiring } from "../../support/requirement.ts";
import {
  type RedisOptions,
  type RedisServer,
  redisProgram,
  startProxy,
  startRedis,
} from "../../support/servers/index.ts";
import { newJob, openApp, openEngine, push, registerWorker, until } from "./setup.ts";

const test = testRequiring(redisProgram);

async function server(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

/** Runs jobs and pushes more, one after the other, until `end()`; gives the pushed ids that were acknowledged. */
function load(url: string): {
  done: Set<string>;
  acknowledged: string[];
  end: () => Promise<void>;
  start: () => Promise<void>;
} {
  const { app } = openApp(url);
  const done = new Set<string>();
  const acknowledged: string[] = [];
  const task = app.task({
    name: "load",
    run: async (_: { n: number }, { id }) => void done.add(id),
  });
  let isRunning = true;
  let pushing = Promise.resolve();
  const pushOn = async (): Promise<void> => {
    for (let n = 0; isRunning; n += 1) {
      await task.delay({ n }).then(
        ({ id }) => acknowledged.push(id),
        // Not acknowledged: not promised.
        () => new Promise((resolve) => setTimeout(resolve, 10)),
      );
    }
  };
  return {
    done,
    acknowledged,
    async start() {
      await app.worker({ concurrency: 20 }).start();
      pushing = pushOn();
    },
    async end() {
      isRunning = false;
      await pushing;
    },
  };
}

test("a restart under load, with appendfsync always, loses nothing that was acknowledged", async () => {
  const redis = await server({ appendfsync: "always" });
  const { done, acknowledged, start, end } = load(redis.url);
  await start();
  await until("jobs are done", () => done.size >= 50 || undefined);
  await redis.kill();
  await redis.start();
  const startedAt = performance.now();
  const before = done.size;
  await until("jobs are done again", () => done.size > before + 5 || undefined);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await end();
  await until("all is done", () => acknowledged.every((id) => done.has(id)) || undefined);
}, 60_000);

test("every connection killed every 200 ms: nothing hangs, nothing is lost", async () => {
  const redis = await server();
  const { done, acknowledged, start, end } = load(redis.url);
  await start();
  for (let kills = 0; kills < 15; kills += 1) {
    const before = done.size;
    await redis.ask("CLIENT", "KILL", "TYPE", "normal");
    await redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
    const killedAt = performance.now();
    await until("jobs are done again", () => done.size > before || undefined);
    expect(performance.now() - killedAt).toBeLessThan(5_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await end();
  await until("all is done", () => acknowledged.every((id) => done.has(id)) || undefined);
}, 60_000);

test("a server without memory refuses pushes as STORAGE_FULL, keeps what it has, and takes them again when there is some", async () => {
  const redis = await server({ maxmemory: "8mb" });
  const engine = await openEngine(redis.url);
  const input = JSON.stringify("x".repeat(50_000));
  let stored = 0;
  const refusal = await until("it is full", async () => {
    const outcome = await push(engine, newJob({ input }));
    if (outcome === "stored") stored += 1;
    return outcome === "stored" ? undefined : outcome;
  });
  expect(refusal).toBe("STORAGE_FULL");
  expect(await engine.inspect.count({})).toBe(stored);
  const [counted] = await engine.inspect.queues();
  expect(counted).toMatchObject({ ready: stored });
  await redis.ask("CONFIG", "SET", "maxmemory", "64mb");
  expect(await push(engine, newJob({ input }))).toBe("stored");
  await registerWorker(engine);
  const claim = { max: 1_000, alone: false, retainMs: 1_000, queues: undefined, tasks: ["task"] };
  const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  expect(claimed.length).toBe(stored + 1);
});

test("finished jobs can be pruned on a server without memory", async () => {
  const redis = await server();
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  await push(engine);
  const claim = { max: 1, alone: false, retainMs: 0, queues: undefined, tasks: ["task"] };
  const { claimed } = await engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim });
  const settlements = claimed.map((job) => ({
    ...job,
    outcome: { kind: "succeeded", result: undefined, retainMs: 0 } as const,
    effects: [],
  }));
  await engine.jobs.exchange({ worker: "worker", exchange: 2, settlements, claim: undefined });
  await redis.ask("CONFIG", "SET", "maxmemory", "1mb");
  expect(await push(engine)).toBe("STORAGE_FULL");
  await expect(engine.upkeep.prune({ max: 10, maxFinished: 10 })).resolves.toEqual({ pruned: 1 });
});

test("a FLUSHALL is a clear alarm, and work goes on", async () => {
  const redis = await server();
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  await push(engine);
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  await redis.ask("FLUSHALL");
  const beat = { worker: "worker", leaseMs: 10_000, held: undefined };
  await expect(engine.liveness.beat(beat)).rejects.toMatchObject({ code: "STORAGE_INVALID" });
  expect(await engine.liveness.beat(beat)).toMatchObject({ known: false });
  await until("the warning is heard", () => warnings.length > 0 || undefined);
  expect(warnings[0]).toMatchObject({ code: "LOVAGE_HISTORY_LOST", message: expect.stringContaining("FLUSHALL") });
  expect(await push(engine)).toBe("stored");
});

test("a worker goes on after a FLUSHALL, and its log says what happened", async () => {
  const redis = await server();
  const { app, lines } = openApp(redis.url);
  let done = 0;
  const run = async (): Promise<void> => {
    done += 1;
  };
  const task = app.task({ name: "task", run });
  await app.worker({ lease: "1s" }).start();
  await task.delay();
  await until("it is done", () => done === 1 || undefined);
  await redis.ask("FLUSHALL");
  await until("the log says so", () => lines.find(({ fields }) => fields.code === "STORAGE_INVALID"));
  await task.delay();
  await until("the next one is done", () => done === 2 || undefined);
});

test("a store that went back is noticed", async () => {
  const redis = await server();
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  for (let count = 0; count < 5; count += 1) await push(engine);
  await redis.ask("HSET", "lovage:{lovage}:meta", "writes", "2");
  const beat = { worker: "worker", leaseMs: 10_000, held: undefined };
  await expect(engine.liveness.beat(beat)).rejects.toThrow(/went back by 2 writes/);
});

test("replies that overtake one another on the way to their callers are no alarm", async () => {
  const redis = await server();
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  const exchange = (): Promise<unknown> =>
    engine.jobs.exchange({ worker: "worker", exchange: 1, settlements: [], claim: undefined });
  const beat = (): Promise<unknown> => engine.liveness.beat({ worker: "worker", leaseMs: 10_000, held: undefined });
  for (let count = 0; count < 50; count += 1) await Promise.all([exchange(), beat(), push(engine), beat()]);
});

test("a connection is given up that answers nothing for 5 s, whatever the deadlines of those who ask", async () => {
  const redis = await server();
  const proxy = await startProxy(redis.url);
  onTestFinished(() => proxy.close());
  const engine = await openEngine(proxy.url);
  proxy.blackhole();
  expect(await push(engine, newJob(), 200)).toBe("ENGINE_TIMEOUT");
  // Who asks once it is given up finds no connection, instead of one that does not answer.
  await until("it is given up", async () => (await push(engine, newJob(), 200)) === "ENGINE_UNAVAILABLE" || undefined);
  await proxy.pass();
  await until("a push is taken", async () => (await push(engine)) === "stored" || undefined);
}, 30_000);

test("a read-only replica is refused at the start", async () => {
  const redis = await server();
  const replica = await server({ replicaOf: redis });
  const engine = createRedisEngine({ url: replica.url });
  await expect(engine.start()).rejects.toMatchObject({ code: "ENGINE_UNAVAILABLE", message: /read-only replica/ });
});

test("a server that is not there is refused at once, and says where it was looked for", async () => {
  const engine = createRedisEngine({ url: "redis://user:secret@127.0.0.1:1" });
  const error = await engine.start().catch((refusal) => refusal);
  expect(error).toMatchObject({ code: "ENGINE_UNAVAILABLE", message: expect.stringContaining("127.0.0.1:1") });
  expect(JSON.stringify([error.message, error.details])).not.toContain("secret");
});

test("scripts that the server forgot are sent again", async () => {
  const redis = await server();
  const engine = await openEngine(redis.url);
  await redis.ask("SCRIPT", "FLUSH");
  expect(await push(engine)).toBe("stored");
  expect(await engine.inspect.count({})).toBe(1);
});

test("an answer that is lost on its way is an error at once, and the push can be repeated", async () => {
  const redis = await server();
  const proxy = await startProxy(redis.url);
  onTestFinished(() => proxy.close());
  const engine = await openEngine(proxy.url);
  const job = newJob();
  const lost = proxy.cutReply({ request: job.id });
  expect(await push(engine, job)).toBe("ENGINE_UNAVAILABLE");
  await lost;
  const request = { jobs: [job], maxDepth: {}, deadlineAt: Date.now() + 5_000 };
  const replies = await engine.jobs.push([request]);
  expect(replies).toEqual([{ status: "stored", jobs: [{ id: job.id, outcome: "existing" }] }]);
});

test("a push waits for a server that comes back within its deadline", async () => {
  const redis = await server({ appendfsync: "always" });
  const engine = await openEngine(redis.url);
  await redis.kill();
  const pushing = push(engine, newJob(), 15_000);
  await redis.start();
  expect(["stored", "ENGINE_UNAVAILABLE"]).toContain(await pushing);
  expect(await push(engine, newJob(), 15_000)).toBe("stored");
});

test("a connection that has gone dead is replaced, and operations end at their deadlines meanwhile", async () => {
  const redis = await server();
  const proxy = await startProxy(redis.url);
  onTestFinished(() => proxy.close());
  const engine = await openEngine(proxy.url);
  const heard: unknown[] = [];
  await engine.bus.subscribe("news", (message) => heard.push(message));
  proxy.blackhole();
  const startedAt = performance.now();
  expect(await push(engine, newJob(), 300)).toBe("ENGINE_TIMEOUT");
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  await proxy.pass();
  await until("a message is heard again", async () => {
    await engine.bus.publish("news", "again").catch(() => undefined);
    return heard.length > 0 || undefined;
  });
});

test("a database that the server does not have is refused, and nothing is stored in another", async () => {
  const redis = await server();
  const engine = createRedisEngine({ url: `${redis.url}/99` });
  onTestFinished(() => engine.stop());
  await expect(engine.start()).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  expect(await redis.ask("DBSIZE")).toBe(0);
  const other = createRedisEngine({ url: `${redis.url}/3` });
  onTestFinished(() => other.stop());
  await other.start();
  await push(other, newJob());
  expect(await redis.ask("INFO", "keyspace")).toMatch(/^db3:/m);
});
