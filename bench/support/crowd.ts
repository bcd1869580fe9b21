import { setTimeout as pause } from "node:timers/promises";
import { BenchProcess } from "./process.ts";

export interface CrowdDrain {
  /** Jobs a second that were started by all together. */
  readonly rate: number;
  /** The part of them that each worker got. */
  readonly shares: readonly number[];
}

/** Several processes of our side with the same options. */
export function startProcesses(count: number, options: object): Promise<BenchProcess[]> {
  return Promise.all(Array.from({ length: count }, () => BenchProcess.start("ours.ts", options)));
}

/** Lets the workers run through `warmUp` jobs, says so, and measures how they start `jobs` more between them. */
export async function drainTogether(
  workers: readonly BenchProcess[],
  { warmUp, jobs }: { readonly warmUp: number; readonly jobs: number },
  onWarm: () => Promise<unknown> = async () => {},
): Promise<CrowdDrain> {
  await Promise.all(workers.map((worker) => worker.ask({ do: "startWorker" })));
  const warm = await startedBy(workers, warmUp);
  await onWarm();
  const begin = performance.now();
  const done = await startedBy(workers, warmUp + jobs);
  const rate = (total(done) - total(warm)) / ((performance.now() - begin) / 1_000);
  await Promise.all(workers.map((worker) => worker.stop()));
  return { rate, shares: done.map((started, index) => (started - (warm[index] ?? 0)) / (total(done) - total(warm))) };
}

/** Waits until the workers have started so many jobs together; says how many each. */
export async function startedBy(workers: readonly BenchProcess[], jobs: number): Promise<readonly number[]> {
  for (;;) {
    const counts = await Promise.all(workers.map((worker) => worker.ask<{ started: number }>({ do: "counted" })));
    const started = counts.map((count) => count.started);
    if (total(started) >= jobs) return started;
    await pause(20);
  }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
