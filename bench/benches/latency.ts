import { join } from "node:path";
import { BenchProcess, withFolder } from "../support/process.ts";
import { bullmqVersion, redisAnswers, withRedisPlace } from "../support/redis.ts";
import type { BenchContext } from "../support/reporter.ts";
import { median, percentile } from "../support/rounds.ts";

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

interface Idle {
  /** Of one core. */
  readonly cpu: number;
  readonly rss: number;
}

interface Round {
  readonly start: Latency;
  readonly result?: Latency;
  readonly idle: Idle;
}

async function idleRound(options: object, durationMs: number): Promise<Idle> {
  const worker = await BenchProcess.start("idle.js", options);
  const idle = await worker.ask<Idle>({ do: "idle", durationMs });
  await worker.stop();
  return idle;
}

/** From the push to the start of the handler in an idle worker of another process, and what that worker costs. */
export async function latency({ smoke, report }: BenchContext): Promise<void> {
  const jobs = smoke ? 100 : 2_000;
  const idleMs = smoke ? 500 : 10_000;
  const rounds = smoke ? 1 : 3;
  const withRedis = await redisAnswers();
  const ours: Round[] = [];
  const peers: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await ourRound(jobs, idleMs));
    if (withRedis) peers.push(await peerRound(jobs, idleMs));
  }
  const both = (pick: (round: Round) => number) => ({
    ours: median(ours.map(pick)),
    ...(withRedis ? { peer: median(peers.map(pick)), peerVersion: bullmqVersion() } : {}),
    runs: rounds,
  });
  report({
    metric: "push to start, p50",
    unit: "ms",
    ...both(({ start }) => start.p50),
    goal: { of: "ours", most: 3 },
  });
  report({
    metric: "push to start, p99",
    unit: "ms",
    ...both(({ start }) => start.p99),
    goal: { of: "ours", most: 10 },
  });
  report({
    metric: "idle worker, CPU",
    unit: "% of a core",
    ...both(({ idle }) => idle.cpu * 100),
    goal: { of: "ours", most: 1 },
  });
  report({
    metric: "idle worker, RSS",
    unit: "MB",
    ...both(({ idle }) => idle.rss / 1e6),
    goal: { of: "ours", most: 95 },
  });
  const results = ours.map(({ result }) => result ?? { p50: Number.NaN, p99: Number.NaN });
  report({ metric: "push to result, p50", unit: "ms", ours: median(results.map(({ p50 }) => p50)), runs: rounds });
  report({ metric: "push to result, p99", unit: "ms", ours: median(results.map(({ p99 }) => p99)), runs: rounds });
  await loopDelay(rounds, smoke, report);
}

function ourRound(jobs: number, idleMs: number): Promise<Round> {
  return withFolder(async (folder) => {
    const url = `sqlite:${join(folder, "bench.db")}`;
    const worker = await BenchProcess.start("ours.ts", { url });
    await worker.ask({ do: "startWorker" });
    const producer = await BenchProcess.start("ours.ts", { url });
    await producer.ask({ do: "pushPaced", jobs: 50, everyMs: 5, wait: false });
    await worker.ask({ do: "takeLatencies" });
    await producer.ask({ do: "pushPaced", jobs, everyMs: 5, wait: false });
    const start = await worker.ask<Latency>({ do: "takeLatencies" });
    const { times } = await producer.ask<{ times: number[] }>({
      do: "pushPaced",
      jobs: jobs / 2,
      everyMs: 5,
      wait: true,
    });
    await producer.stop();
    await worker.stop();
    const idle = await idleRound({ side: "ours", url }, idleMs);
    return { start, result: { p50: percentile(times, 50), p99: percentile(times, 99) }, idle };
  });
}

function peerRound(jobs: number, idleMs: number): Promise<Round> {
  return withRedisPlace(async (place) => {
    const worker = await BenchProcess.start("bullmq.ts", place);
    await worker.ask({ do: "startWorker" });
    const producer = await BenchProcess.start("bullmq.ts", place);
    await producer.ask({ do: "pushPaced", jobs, everyMs: 5, wait: false });
    const start = await worker.ask<Latency>({ do: "takeLatencies" });
    await worker.stop();
    await producer.stop();
    const idle = await idleRound({ side: "bullmq", queue: place.name }, idleMs);
    return { start, idle };
  });
}

/** The delay of the pushing process's own event loop at 10,000 pushes/s. */
async function loopDelay(rounds: number, smoke: boolean, report: BenchContext["report"]): Promise<void> {
  const delays: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await withFolder(async (folder) => {
      const producer = await BenchProcess.start("ours.ts", { url: `sqlite:${join(folder, "bench.db")}` });
      const { p99Ms, rate } = await producer.ask<{ p99Ms: number; rate: number }>({
        do: "pushRate",
        perMs: 10,
        durationMs: smoke ? 500 : 5_000,
      });
      delays.push(p99Ms);
      rates.push(rate);
      await producer.stop();
    });
  }
  report({
    metric: "event-loop delay of the pusher at 10,000 pushes/s, p99",
    unit: "ms",
    ours: median(delays),
    runs: rounds,
    goal: { of: "ours", most: 5 },
  });
  report({
    metric: "rate reached by that pusher",
    unit: "pushes/s",
    ours: median(rates),
    runs: rounds,
    goal: { of: "ours", least: 9_500 },
  });
}
