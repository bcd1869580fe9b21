import { join } from "node:path";
import { BenchProcess, withFolder } from "../support/process.ts";
import type { BenchContext } from "../support/reporter.ts";
import { median, percentile } from "../support/rounds.ts";

const PROCESSES = 4;
const CONCURRENCY = 250;

interface Crowd {
  readonly p99Ms: number;
  readonly slowestProducer: number;
  readonly leastShare: number;
  readonly rate: number;
}

/** Four producers and four workers, eight processes on one file. */
export async function contention({ smoke, report }: BenchContext): Promise<void> {
  const jobs = smoke ? 4_000 : 100_000;
  const rounds = smoke ? 1 : 3;
  const alone: number[] = [];
  const crowds: Crowd[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await drainBy(1, jobs));
    crowds.push(await crowd(jobs, smoke ? 100 : 500));
  }
  const of = (pick: (one: Crowd) => number) => ({ ours: median(crowds.map(pick)), runs: rounds });
  report({
    metric: "push p99 with 4 producers and 4 workers",
    unit: "ms",
    ...of(({ p99Ms }) => p99Ms),
    goal: { of: "ours", most: 50 },
  });
  report({
    metric: "push p99 of the slowest producer",
    unit: "ms",
    ...of(({ slowestProducer }) => slowestProducer),
    goal: { of: "ours", most: 100 },
  });
  report({
    metric: "least share of the jobs that a worker got (even: 0.25)",
    unit: "share",
    ...of(({ leastShare }) => leastShare),
    goal: { of: "ours", least: 0.05 },
  });
  report({
    metric: "drain of 4 workers beside 4 producers / 1 worker alone",
    unit: "jobs/s",
    ...of(({ rate }) => rate),
    peer: median(alone),
    peerVersion: "lovage, 1 worker",
    goal: { of: "ratio", least: 0.7 },
  });
}

function drainBy(workers: number, jobs: number): Promise<number> {
  return withFolder(async (folder) => {
    const url = await filled(folder, jobs);
    const { seconds } = await drainAll(await start(workers, url), jobs);
    return jobs / seconds;
  });
}

function crowd(jobs: number, pushesEach: number): Promise<Crowd> {
  return withFolder(async (folder) => {
    const url = await filled(folder, jobs);
    const producers = await start(PROCESSES, url);
    const workers = await start(PROCESSES, url);
    const pushing = Promise.all(
      producers.map((producer) =>
        producer.ask<{ times: number[] }>({ do: "pushPaced", jobs: pushesEach, everyMs: 2, wait: false }),
      ),
    );
    const { seconds, shares } = await drainAll(workers, jobs);
    const times = (await pushing).map((answer) => answer.times);
    await Promise.all(producers.map((producer) => producer.stop()));
    return {
      p99Ms: percentile(times.flat(), 99),
      slowestProducer: Math.max(...times.map((own) => percentile(own, 99))),
      leastShare: Math.min(...shares),
      rate: jobs / seconds,
    };
  });
}

async function filled(folder: string, jobs: number): Promise<string> {
  const url = `sqlite:${join(folder, "bench.db")}`;
  const producer = await BenchProcess.start("ours.ts", { url });
  await producer.ask({ do: "pushBulk", jobs, size: 1_000 });
  await producer.stop();
  return url;
}

function start(count: number, url: string): Promise<BenchProcess[]> {
  return Promise.all(
    Array.from({ length: count }, () => BenchProcess.start("ours.ts", { url, concurrency: CONCURRENCY })),
  );
}

/** Lets the workers run until they have started so many jobs together. */
async function drainAll(
  workers: readonly BenchProcess[],
  jobs: number,
): Promise<{ seconds: number; shares: number[] }> {
  const begin = performance.now();
  await Promise.all(workers.map((worker) => worker.ask({ do: "startWorker" })));
  for (;;) {
    const counts = await Promise.all(workers.map((worker) => worker.ask<{ started: number }>({ do: "counted" })));
    const total = counts.reduce((sum, { started }) => sum + started, 0);
    if (total >= jobs) {
      const seconds = (performance.now() - begin) / 1_000;
      await Promise.all(workers.map((worker) => worker.stop()));
      return { seconds, shares: counts.map(({ started }) => started / total) };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
