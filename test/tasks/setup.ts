import { type Engine, instrument } from "../../src/engine/index.ts";
import { createMemoryEngine } from "../../src/engines/memory/index.ts";
import type { ClaimedJob, Outcome } from "../../src/kernel/job.ts";
import { silentLogger } from "../../src/kernel/logger.ts";
import { Metrics } from "../../src/kernel/metrics.ts";
import { type AppOptions, readAppOptions } from "../../src/kernel/options/index.ts";
import {
  type AnyTaskOptions,
  AsyncResult,
  Pusher,
  Registry,
  Task,
  type TaskSource,
  Watcher,
} from "../../src/tasks/index.ts";
import { FakeClock } from "../../src/testing/clock.ts";

/** What `src/tasks` needs and no more: no app and no worker, so that a failure here is its own. */
export interface Setup {
  readonly clock: FakeClock;
  readonly engine: Engine;
  readonly metrics: Metrics;
  readonly source: TaskSource;
  task(options: AnyTaskOptions): Task<unknown, unknown>;
  result(id: string): AsyncResult<unknown>;
  /** Claims what is ready, as a worker would. */
  claim(tasks: readonly string[], max?: number): Promise<readonly ClaimedJob[]>;
  settle(job: ClaimedJob, outcome: Outcome): Promise<void>;
}

/** `wrap` puts something between the tasks and the memory engine. */
export async function setUp(
  options: AppOptions = {},
  wrap: (engine: Engine) => Engine = (same) => same,
): Promise<Setup> {
  const clock = new FakeClock();
  const metrics = new Metrics();
  const settings = readAppOptions(options, {}, []);
  const memory = createMemoryEngine({ clock });
  await memory.start();
  const engine = instrument(wrap(memory), metrics);
  const registry = new Registry(settings.task);
  const watcher = new Watcher(engine, clock, silentLogger);
  const source = { engine, clock, settings, watcher, pusher: new Pusher(engine, clock, settings, metrics) };
  await engine.liveness.register(worker, 60_000);
  let exchange = 0;
  const send = (
    settlements: Parameters<Engine["jobs"]["exchange"]>[0]["settlements"],
    claim: readonly string[],
    max: number,
  ) => {
    exchange += 1;
    return engine.jobs.exchange({
      worker: worker.id,
      exchange,
      settlements,
      claim: { queues: undefined, tasks: claim, max, alone: false, retainMs: 1_000 },
    });
  };
  return {
    clock,
    engine,
    metrics,
    source,
    task: (task) => new Task(registry.register(task, "here"), source),
    result: (id) => new AsyncResult(id, source),
    claim: async (tasks, max = 100) => (await send([], tasks, max)).claimed,
    async settle({ id, fence, receipt }, outcome) {
      const { settled } = await send([{ id, fence, receipt, outcome, effects: [] }], [], 0);
      if (settled[0]?.status !== "applied") throw new Error(`The settlement was ${JSON.stringify(settled[0])}.`);
    },
  };
}

const worker = {
  id: "worker-1",
  host: "here",
  pid: 1,
  version: "0",
  queues: undefined,
  tasks: [],
  concurrency: 100,
};

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => "it resolved",
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(`Expected an error, but ${String(outcome)}.`);
}
