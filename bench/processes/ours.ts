import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { childOptions, serve } from "../support/child.js";
import type { Place } from "../support/place.ts";
import { type Input, inputNow, pushAhead, pushLists, pushPaced, pushTogether, StartTimes } from "../support/pushing.ts";

interface Options extends Partial<Place> {
  readonly url: string;
  readonly concurrency?: number;
}

const { url, name, concurrency = 10 } = childOptions<Options>();
const app = lovage({ url, logger: silentLogger, ...(name === undefined ? {} : { namespace: name }) });
const starts = new StartTimes();
let pushTimes: number[] = [];

const noop = app.task({ name: "bench.noop", run: (input: Input) => starts.note(input) });
const stamp = app.task({ name: "bench.stamp", run: (input: Input) => starts.note(input) });
const nap = app.task({
  name: "bench.nap",
  run: async (input: Input) => {
    await pause(50);
    starts.note(input);
  },
});
const tasks = { noop, stamp, nap };
type TaskName = keyof typeof tasks;

let pushing: Promise<void> | undefined;
let ending = false;

async function pushOn(everyMs: number): Promise<void> {
  while (!ending) {
    const begin = performance.now();
    await stamp.delay(inputNow());
    pushTimes.push(performance.now() - begin);
    await pause(Math.max(0, everyMs - (performance.now() - begin)));
  }
}

serve(
  {
    async pushBulk({
      jobs,
      size,
      task = "noop",
      countdown,
      queue,
    }: {
      jobs: number;
      size: number;
      task?: TaskName;
      countdown?: "1d";
      queue?: string;
    }) {
      const options = { ...(countdown === undefined ? {} : { countdown }), ...(queue === undefined ? {} : { queue }) };
      await app.start();
      return pushLists({ jobs, size }, (inputs) => tasks[task].delayMany(inputs, options));
    },
    /** Pushes jobs of a task that no worker here knows. */
    pushUnknown(count: { jobs: number; size: number }) {
      const unknown = app.task({ name: "bench.unknown", run: undefined as ((input: Input) => void) | undefined });
      return pushLists(count, (inputs) => unknown.delayMany(inputs));
    },
    async pushEach(count: { jobs: number; size: number }) {
      await app.start();
      return pushTogether(count, (input) => noop.delay(input));
    },
    /** Pushes one by one, to so many queues in turn. */
    async pushAcross({ queues, ...count }: { jobs: number; size: number; queues: number }) {
      let pushed = 0;
      await app.start();
      return pushTogether(count, (input) => {
        pushed += 1;
        return noop.delay(input, { queue: `queue-${pushed % queues}` });
      });
    },
    pushAhead: (count: { jobs: number; leadMs: number; overMs: number }) =>
      pushAhead(count, (inputs) => Promise.all(inputs.map((input) => stamp.delay(input, { eta: input.startableAt })))),
    pause: ({ queue }: { queue: string }) => app.engine.inspect.pause(queue),
    async startWorker({ workers = 1 }: { workers?: number }) {
      await Promise.all(Array.from({ length: workers }, () => app.worker({ concurrency }).start()));
    },
    /** Pushes one job after the other, no sooner than `everyMs` after the one before, until the process ends. */
    async startPushing({ everyMs }: { everyMs: number }) {
      await app.start();
      pushing = pushOn(everyMs);
    },
    /** How long each push took, in ms, since this was asked last. */
    takePushTimes() {
      const times = pushTimes;
      pushTimes = [];
      return { times };
    },
    /** Each push is awaited, or its result as well. */
    pushPaced: ({ wait, ...count }: { jobs: number; everyMs: number; wait: boolean }) =>
      pushPaced(count, async (input) => {
        const result = await stamp.delay(input);
        if (wait) await result.get();
      }),
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
    takeLatencies: () => starts.take(),
    counted: () => ({ started: starts.started }),
  },
  async () => {
    ending = true;
    await pushing;
    await app.close();
  },
);
