import { join } from "node:path";
import { BenchProcess, withFolder } from "../support/process.ts";
import type { Rate } from "../support/pushing.ts";
import { bullmqVersion, redisAnswers, withRedisPlace } from "../support/redis.ts";
import type { BenchContext } from "../support/reporter.ts";
import { alternate } from "../support/rounds.ts";

// The concurrency that each side drains best with; everything else is the default.
const OUR_CONCURRENCY = 1_000;
const PEER_CONCURRENCY = 100;
const BULK = 1_000;
const sqliteVersion = `node:sqlite ${process.versions.sqlite}`;

/** Push and drain of 100,000 no-op jobs with 100-byte inputs, results kept, beside a bare loop and beside BullMQ. */
export async function embedded({ smoke, report }: BenchContext): Promise<void> {
  const jobs = smoke ? 5_000 : 100_000;
  const rounds = smoke ? 1 : 5;
  const withRedis = await redisAnswers();
  const measured = await alternate(rounds, {
    bulk: () => ourPush(jobs, "pushBulk"),
    barePush: () => bare(jobs, "push"),
    each: () => ourPush(jobs, "pushEach"),
    drain: () => ourDrain(jobs),
    bareDrain: () => bare(jobs, "drain"),
    ...(withRedis ? { peerDrain: () => peerDrain(jobs) } : {}),
  });
  const rate = { unit: "jobs/s", runs: rounds };
  report({
    metric: "bulk push / bare loop",
    ...rate,
    ours: measured.bulk,
    peer: measured.barePush,
    peerVersion: sqliteVersion,
    goal: { of: "ratio", least: 0.35 },
  });
  report({
    metric: "push by Promise.all / bulk push",
    ...rate,
    ours: measured.each,
    peer: measured.bulk,
    peerVersion: "lovage, bulk",
    goal: { of: "ratio", least: 0.5 },
  });
  report({
    metric: "drain / bare loop",
    ...rate,
    ours: measured.drain,
    peer: measured.bareDrain,
    peerVersion: sqliteVersion,
    goal: { of: "ratio", least: 0.4 },
  });
  if (measured.peerDrain === undefined)
    console.error("Redis does not answer, so BullMQ was not measured: set LOVAGE_BENCH_REDIS_URL.");
  else
    report({
      metric: "drain / BullMQ on Redis",
      ...rate,
      ours: measured.drain,
      peer: measured.peerDrain,
      peerVersion: bullmqVersion(),
      goal: { of: "ratio", least: 1.8 },
    });
}

function ourPush(jobs: number, kind: "pushBulk" | "pushEach"): Promise<number> {
  return withFolder(async (folder) => {
    const producer = await BenchProcess.start("ours.ts", { url: `sqlite:${join(folder, "bench.db")}` });
    const { rate } = await producer.ask<Rate>({ do: kind, jobs, size: BULK });
    await producer.stop();
    return rate;
  });
}

function ourDrain(jobs: number): Promise<number> {
  return withFolder(async (folder) => {
    const url = `sqlite:${join(folder, "bench.db")}`;
    const producer = await BenchProcess.start("ours.ts", { url });
    await producer.ask({ do: "pushBulk", jobs, size: BULK });
    await producer.stop();
    const worker = await BenchProcess.start("drain.js", { side: "ours", url, concurrency: OUR_CONCURRENCY });
    const { rate } = await worker.ask<Rate>({ do: "drain", jobs });
    await worker.stop();
    return rate;
  });
}

function bare(jobs: number, side: "push" | "drain"): Promise<number> {
  return withFolder(async (folder) => {
    const loop = await BenchProcess.start("bare.ts", { path: join(folder, "bare.db") });
    const pushed = await loop.ask<Rate>({ do: "push", jobs, size: BULK });
    const { rate } = side === "push" ? pushed : await loop.ask<Rate>({ do: "drain", size: 500 });
    await loop.stop();
    return rate;
  });
}

function peerDrain(jobs: number): Promise<number> {
  return withRedisPlace(async (place) => {
    const producer = await BenchProcess.start("bullmq.ts", place);
    await producer.ask({ do: "pushBulk", jobs, size: BULK });
    await producer.stop();
    const options = { side: "bullmq", ...place, concurrency: PEER_CONCURRENCY };
    const worker = await BenchProcess.start("drain.js", options);
    const { rate } = await worker.ask<Rate>({ do: "drain", jobs });
    await worker.stop();
    return rate;
  });
}
