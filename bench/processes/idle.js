// An idle worker and nothing else, in plain JavaScript: stripping types from a TypeScript file costs a process 30 MB,
// which would be counted as the worker's. `ours` runs the built package, as users get it.
import { childOptions, serve } from "../support/child.js";

const { side, url, queue } = childOptions();
const close = side === "ours" ? await startOurs() : await startBullmq();

serve(
  {
    async idle({ durationMs }) {
      // What a start costs is not what idling costs.
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const before = process.cpuUsage();
      const begin = performance.now();
      await new Promise((resolve) => setTimeout(resolve, durationMs));
      const used = process.cpuUsage(before);
      return { cpu: (used.user + used.system) / 1_000 / (performance.now() - begin), rss: process.memoryUsage.rss() };
    },
  },
  close,
);

async function startOurs() {
  const { lovage, silentLogger } = await import("lovage");
  const app = lovage({ url, logger: silentLogger });
  app.task({ name: "bench.noop", run: () => {} });
  await app.worker().start();
  return () => app.close();
}

async function startBullmq() {
  const [{ Worker }, { Redis }] = await Promise.all([import("bullmq"), import("ioredis")]);
  const connection = new Redis(process.env.LOVAGE_BENCH_REDIS_URL ?? "redis://127.0.0.1:6379", {
    maxRetriesPerRequest: null,
  });
  const worker = new Worker(queue, async () => {}, { connection, concurrency: 10 });
  await worker.waitUntilReady();
  return async () => {
    await worker.close();
    connection.disconnect();
  };
}
