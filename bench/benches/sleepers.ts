import { join } from "node:path";
import { withFolder } from "../support/process.ts";
import { bullmqVersion, redisAnswers, withRedisPlace } from "../support/redis.ts";
import type { BenchContext } from "../support/reporter.ts";
import { alternate } from "../support/rounds.ts";
import { drained, type Side } from "../support/side.ts";

const CONCURRENCY = 1_000;
const SLEEP_MS = 50;

/** Jobs that only wait: how near the drain comes to the least time that the concurrency allows. */
export async function sleepers({ smoke, report }: BenchContext): Promise<void> {
  const jobs = smoke ? 2_000 : 10_000;
  const rounds = smoke ? 1 : 5;
  const limitSeconds = (jobs / CONCURRENCY) * (SLEEP_MS / 1_000);
  const measured = await alternate(rounds, {
    ours: () => seconds(sqlite, jobs),
    ...((await redisAnswers()) ? { peer: () => seconds(bullmq, jobs) } : {}),
  });
  report({
    metric: `${jobs.toLocaleString("en")} jobs that sleep ${SLEEP_MS} ms, concurrency ${CONCURRENCY}`,
    unit: "× the limit",
    runs: rounds,
    ours: measured.ours / limitSeconds,
    ...(measured.peer === undefined ? {} : { peer: measured.peer / limitSeconds, peerVersion: bullmqVersion() }),
    goal: { of: "ours", most: 1.3 },
  });
}

const options = { concurrency: CONCURRENCY };
const sqlite: Side = {
  process: "ours.ts",
  drain: "ours",
  options,
  within: (use) => withFolder((folder) => use({ url: `sqlite:${join(folder, "bench.db")}`, name: "bench" })),
};
const bullmq: Side = { process: "bullmq.ts", drain: "bullmq", options, within: withRedisPlace };

async function seconds(side: Side, jobs: number): Promise<number> {
  return jobs / (await drained(side, jobs, "nap")).rate;
}
