import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { childOptions, serve } from "../support/child.js";
import { preciseNow } from "../support/process.ts";
import { percentile } from "../support/rounds.ts";

interface Options {
  readonly url: string;
  readonly concurrency?: number;
}

interface Input {
  /** Pads the input to 100 bytes, and carries the instant of the push where latency is measured. */
  readonly pushedAt: number;
  readonly padding: string;
}

const options = childOptions<Options>();
const app = lovage({ url: options.url, logger: silentLogger });
let started = 0;
let latencies: number[] = [];
let notifyAt = Number.POSITIVE_INFINITY;
let notify = (): void => {};

function count(): void {
  started += 1;
  if (started >= notifyAt) notify();
}

const noop = app.task({ name: "bench.noop", run: (_input: Input) => count() });
const stamp = app.task({
  name: "bench.stamp",
  run: (input: Input) => {
    latencies.push(preciseNow() - input.pushedAt);
    count();
  },
});
const nap = app.task({
  name: "bench.nap",
  run: async (_input: Input) => {
    await pause(50);
    count();
  },
});
const tasks = { noop, stamp, nap };
type TaskName = keyof typeof tasks;

function inputNow(): Input {
  return { pushedAt: preciseNow(), padding: "x".repeat(58) };
}

let worker: ReturnType<typeof app.worker> | undefined;

serve(
  {
    /** Pushes `jobs` in bulks; answers jobs/s. */
    async pushBulk({
      jobs,
      size,
      task = "noop",
      ...call
    }: {
      jobs: number;
      size: number;
      task?: TaskName;
      countdown?: "1d";
      queue?: string;
    }) {
      const inputs = Array.from({ length: size }, inputNow);
      const { do: _, ...callOptions } = call as { do?: string };
      await app.start();
      const begin = performance.now();
      for (let pushed = 0; pushed < jobs; pushed += size) await tasks[task].delayMany(inputs, callOptions);
      return { rate: jobs / ((performance.now() - begin) / 1_000) };
    },
    /** Pushes jobs of a task that no worker here knows. */
    async pushUnknown({ jobs, size }: { jobs: number; size: number }) {
      const unknown = app.task({ name: "bench.unknown", run: undefined as ((input: Input) => void) | undefined });
      const inputs = Array.from({ length: size }, inputNow);
      for (let pushed = 0; pushed < jobs; pushed += size) await unknown.delayMany(inputs);
    },
    /** Pushes one by one, `size` promises at a time. */
    async pushEach({ jobs, size }: { jobs: number; size: number }) {
      const input = inputNow();
      await app.start();
      const begin = performance.now();
      for (let pushed = 0; pushed < jobs; pushed += size)
        await Promise.all(Array.from({ length: size }, () => noop.delay(input)));
      return { rate: jobs / ((performance.now() - begin) / 1_000) };
    },
    /**
     * Runs `jobs` jobs; answers jobs/s, from the moment in which a worker that stands ready is let go (as the peer is
     * measured) to the commit of the last outcome.
     */
    async drain({ jobs }: { jobs: number }) {
      await app.engine.start();
      const { inspect } = app.engine;
      const target = new Promise<void>((resolve) => (notify = resolve));
      notifyAt = started + jobs;
      await inspect.pause("default");
      const running = app.worker({ concurrency: options.concurrency ?? 10 });
      await running.start();
      const succeeded = await inspect.count({ states: ["succeeded"] });
      const begin = performance.now();
      await inspect.resume("default");
      await target;
      while ((await inspect.count({ states: ["succeeded"] })) < succeeded + jobs) await turn();
      const seconds = (performance.now() - begin) / 1_000;
      await running.stop();
      return { rate: jobs / seconds, rss: process.memoryUsage.rss() };
    },
    pause: ({ queue }: { queue: string }) => app.engine.inspect.pause(queue),
    async startWorker() {
      worker = app.worker({ concurrency: options.concurrency ?? 10 });
      await worker.start();
    },
    /** Pushes one job every 5 ms and answers how long each push took, or waited for its result. */
    async pushPaced({ jobs, everyMs, wait }: { jobs: number; everyMs: number; wait: boolean }) {
      const times: number[] = [];
      for (let index = 0; index < jobs; index += 1) {
        const begin = performance.now();
        const result = await stamp.delay(inputNow());
        if (wait) await result.get();
        times.push(performance.now() - begin);
        await pause(Math.max(0, everyMs - (performance.now() - begin)));
      }
      return { times };
    },
    /** Pushes at a steady rate and answers the event loop's delay. */
    async pushRate({ perMs, durationMs }: { perMs: number; durationMs: number }) {
      await app.start();
      await Promise.all(Array.from({ length: 2_000 }, () => noop.delay(inputNow())));
      const histogram = monitorEventLoopDelay({ resolution: 1 });
      histogram.enable();
      const begin = performance.now();
      let pushed = 0;
      const pending = new Set<Promise<unknown>>();
      while (performance.now() - begin < durationMs) {
        for (const due = (performance.now() - begin) * perMs; pushed < due; pushed += 1) {
          const push = noop.delay(inputNow());
          pending.add(push);
          void push.finally(() => pending.delete(push));
        }
        await pause(1);
      }
      histogram.disable();
      await Promise.all(pending);
      return { p99Ms: histogram.percentile(99) / 1e6, rate: pushed / ((performance.now() - begin) / 1_000) };
    },
    takeLatencies() {
      const taken = latencies;
      latencies = [];
      return { p50: percentile(taken, 50), p99: percentile(taken, 99), count: taken.length };
    },
    counted: () => ({ started }),
  },
  () => app.close(),
);
