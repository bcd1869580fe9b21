import { setTimeout as pause } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { childOptions, serve } from "../support/child.js";
import { preciseNow } from "../support/process.ts";
import { redisUrl } from "../support/redis.ts";
import { percentile } from "../support/rounds.ts";

interface Options {
  readonly queue: string;
  readonly concurrency?: number;
}

const options = childOptions<Options>();
// As BullMQ asks of the connection of a worker.
const connection = new Redis(redisUrl.href, { maxRetriesPerRequest: null });
const queue = new Queue(options.queue, { connection });
const latencies: number[] = [];
let worker: Worker | undefined;

function data(): { pushedAt: number; padding: string } {
  return { pushedAt: preciseNow(), padding: "x".repeat(58) };
}

serve(
  {
    async pushBulk({ jobs, size, name = "noop" }: { jobs: number; size: number; name?: string }) {
      const bulk = Array.from({ length: size }, () => ({ name, data: data() }));
      const begin = performance.now();
      for (let pushed = 0; pushed < jobs; pushed += size) await queue.addBulk(bulk);
      return { rate: jobs / ((performance.now() - begin) / 1_000) };
    },
    async drain({ jobs }: { jobs: number }) {
      let done = 0;
      let finish = (): void => {};
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const running = new Worker(
        options.queue,
        async (job) => (job.name === "nap" ? void (await pause(50)) : undefined),
        {
          connection,
          concurrency: options.concurrency ?? 10,
          autorun: false,
        },
      );
      running.on("completed", () => {
        done += 1;
        if (done === jobs) finish();
      });
      await running.waitUntilReady();
      const begin = performance.now();
      void running.run();
      await finished;
      const seconds = (performance.now() - begin) / 1_000;
      await running.close();
      return { rate: jobs / seconds, rss: process.memoryUsage.rss() };
    },
    async startWorker() {
      worker = new Worker(options.queue, async (job) => void latencies.push(preciseNow() - job.data.pushedAt), {
        connection,
        concurrency: options.concurrency ?? 10,
      });
      await worker.waitUntilReady();
    },
    async pushPaced({ jobs, everyMs }: { jobs: number; everyMs: number }) {
      for (let index = 0; index < jobs; index += 1) {
        const begin = performance.now();
        await queue.add("stamp", data());
        await pause(Math.max(0, everyMs - (performance.now() - begin)));
      }
    },
    takeLatencies: () => ({ p50: percentile(latencies, 50), p99: percentile(latencies, 99), count: latencies.length }),
    obliterate: () => queue.obliterate({ force: true }),
  },
  async () => {
    await worker?.close();
    await queue.close();
    connection.disconnect();
  },
);
