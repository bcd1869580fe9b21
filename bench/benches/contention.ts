import { join } from "node:path";
import { drainTogether, startProcesses } from "../support/crowd.ts";
import { BenchProcess, withFolder } from "../support/process.ts";
import type { BenchContext } from "../support/reporter.ts";
import { median, percentile } from "../support/rounds.ts";

const PROCESSES = 4;
const CONCURRENCY = 250;
const PUSH_EVERY_MS = 2;
// `warmUp` is what each worker has done when the measuring begins. A cold one compiles rather than commits: a turn of 250 jobs took 7 ms
// in a worker's first second, 4.6 in its third and 3.7 in its sixth.
const FULL = { warmUp: 60_000, jobs: 100_000 };
const SMOKE = { warmUp: 7_500, jobs: 4_000 };

interface Size {
  readonly warmUp: number;
  readonly jobs: number;
}

interface Crowd {
  readonly p99Ms: number;
  readonly slowestProducer: number;
  readonly leastShare: number;
  readonly rate: number;
}

/** Four producers and four workers, eight processes on one file. */
export async function contention({ smoke, report }: BenchContext): Promise<void> {
  const size = smoke ? SMOKE : FULL;
  const rounds = smoke ? 1 : 3;
  const alone: number[] = [];
  const crowds: Crowd[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await drainAlone(size));
    crowds.push(await crowd(size));
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

function drainAlone(size: Size): Promise<number> {
  return withFolder(async (folder) => {
    const workers = await startProcesses(1, await filled(folder, size));
    return (await drainTogether(workers, size)).rate;
  });
}

function crowd({ warmUp, jobs }: Size): Promise<Crowd> {
  return withFolder(async (folder) => {
    const size = { warmUp: PROCESSES * warmUp, jobs };
    const options = await filled(folder, size);
    const producers = await startProcesses(PROCESSES, options);
    const workers = await startProcesses(PROCESSES, options);
    const ask = <Answer>(command: object) => Promise.all(producers.map((producer) => producer.ask<Answer>(command)));
    await ask({ do: "startPushing", everyMs: PUSH_EVERY_MS });
    const { rate, shares } = await drainTogether(workers, size, () => ask({ do: "takePushTimes" }));
    const times = (await ask<{ times: number[] }>({ do: "takePushTimes" })).map((answer) => answer.times);
    await Promise.all(producers.map((producer) => producer.stop()));
    return {
      p99Ms: percentile(times.flat(), 99),
      slowestProducer: Math.max(...times.map((own) => percentile(own, 99))),
      leastShare: Math.min(...shares),
      rate,
    };
  });
}

async function filled(folder: string, { warmUp, jobs }: Size): Promise<object> {
  const url = `sqlite:${join(folder, "bench.db")}`;
  const producer = await BenchProcess.start("ours.ts", { url });
  await producer.ask({ do: "pushBulk", jobs: warmUp + jobs, size: 1_000 });
  await producer.stop();
  return { url, concurrency: CONCURRENCY };
}
