import { join } from "node:path";
import { BenchProcess, withFolder } from "../support/process.ts";
import { bullmqVersion, redisAnswers } from "../support/redis.ts";
import type { BenchContext } from "../support/reporter.ts";
import { alternate } from "../support/rounds.ts";

const CONCURRENCY = 1_000;
const SLEEP_MS = 50;

/** Jobs that only wait: how near the drain comes to the least time that the concurrency allows. */
export async function sleepers({ smoke, report }: BenchContext): Promise<void> {
  const jobs = smoke ? 2_000 : 10_000;
  const rounds = smoke ? 1 : 5;
  const limitSeconds = (jobs / CONCURRENCY) * (SLEEP_MS / 1_000);
  const measured = await alternate(rounds, {
    ours: () => ours(jobs),
    ...((await redisAnswers()) ? { peer: () => peer(jobs) } : {}),
  });
  const seconds = { unit: "× the limit", runs: rounds };
  report({
    metric: `${jobs.toLocaleString("en")} jobs that sleep ${SLEEP_MS} ms, concurrency ${CONCURRENCY}`,
    ...seconds,
    ours: measured.ours / limitSeconds,
    ...(measured.peer === undefined ? {} : { peer: measured.peer / limitSeconds, peerVersion: bullmqVersion() }),
    goal: { of: "ours", most: 1.3 },
  });
}

function ours(jobs: number): Promise<number> {
  return withFolder(async (folder) => {
    const worker = await BenchProcess.start("ours.ts", {
      url: `sqlite:${join(folder, "bench.db")}`,
      concurrency: CONCURRENCY,
    });
    await worker.ask({ do: "pushBulk", jobs, size: 1_000, task: "nap" });
    const { rate } = await worker.ask<{ rate: number }>({ do: "drain", jobs });
    await worker.stop();
    return jobs / rate;
  });
}

async function peer(jobs: number): Promise<number> {
  const worker = await BenchProcess.start("bullmq.ts", {
    queue: `bench-${process.pid}-${Date.now()}`,
    concurrency: CONCURRENCY,
  });
  await worker.ask({ do: "pushBulk", jobs, size: 1_000, name: "nap" });
  const { rate } = await worker.ask<{ rate: number }>({ do: "drain", jobs });
  await worker.ask({ do: "obliterate" });
  await worker.stop();
  return jobs / rate;
}
