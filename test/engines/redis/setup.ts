import { onTestFinished } from "vitest";
import type { Engine } from "../../../src/engine/index.ts";
import { createRedisEngine } from "../../../src/engines/redis/index.ts";
import { type App, type LogFields, lovage } from "../../../src/index.ts";
import { newId } from "../../../src/kernel/id.ts";
import type { NewJob } from "../../../src/kernel/job.ts";
import { type RedisServer, startRedis } from "../../support/servers/index.ts";

export { until } from "../../support/until.ts";

/** A server of the test's own, and a started engine on it with a worker. */
export async function startEngine(): Promise<{ redis: RedisServer; engine: Engine }> {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  const engine = await openEngine(redis.url);
  await registerWorker(engine);
  return { redis, engine };
}

/** A started engine that ends with the test. */
export async function openEngine(url: string): Promise<Engine> {
  const engine = createRedisEngine({ url });
  onTestFinished(() => engine.stop());
  await engine.start();
  return engine;
}

/** A job of task "task" with everything as usual. */
export function newJob(job: Partial<NewJob> = {}): NewJob {
  const usual = { task: "task", queue: "queue", priority: 5, input: '{"value":1}', ack: "late" } as const;
  return { id: newId(), ...usual, headers: undefined, due: undefined, expires: undefined, key: undefined, ...job };
}

/** What became of a push of one job: `stored`, or the code of the error. */
export async function push(engine: Engine, job: NewJob = newJob(), withinMs: number = 10_000): Promise<string> {
  const request = { jobs: [job], maxDepth: {}, deadlineAt: Date.now() + withinMs };
  return engine.jobs.push([request]).then(
    ([reply]) => (reply?.status === "refused" ? String(reply.error.code) : "stored"),
    (error) => error.code,
  );
}

/** A worker of the engine that is alone in having `tasks: ["task"]`. */
export async function registerWorker(engine: Engine, id: string = "worker", leaseMs: number = 10_000): Promise<void> {
  await engine.liveness.register(
    { id, host: "host", pid: process.pid, version: "1.0.0", queues: undefined, tasks: ["task"], concurrency: 10 },
    leaseMs,
  );
}

export interface LogLine {
  readonly message: string;
  readonly fields: LogFields;
}

/** An app whose log is kept, closed at the end of the test. */
export function openApp(url: string): { app: App; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const app = lovage({
    url,
    logger: { log: (_, message, fields = {}) => void lines.push({ message, fields }) },
  });
  onTestFinished(() => app.close());
  return { app, lines };
}
