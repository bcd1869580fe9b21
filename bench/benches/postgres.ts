import { postgresAnswers, withPostgresPlace } from "../support/postgres.ts";
import type { BenchContext, Figure } from "../support/reporter.ts";
import { inTurn, median } from "../support/rounds.ts";
import {
  type Sizes as CommonSizes,
  full as commonFull,
  short as commonShort,
  type Drained,
  drained,
  lateness,
  pushRate,
  resultLatency,
  type Side,
  startLatency,
} from "../support/side.ts";
import { versionOf } from "../support/version.ts";

const within = withPostgresPlace;
// The concurrency that each side drains best with; everything else of ours is the default.
const ours: Side = { process: "ours.ts", drain: "ours", options: { concurrency: 1_000 }, within };
const plain: Side = {
  process: "graphile-worker.ts",
  drain: "graphile-worker",
  options: { concurrency: 24 },
  within,
};
const tuned: Side = {
  ...plain,
  options: { concurrency: 24, worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0 } },
};

// As fast as it gets: it looks again at once while its batches are full, where its default waits two seconds.
const boss = (batchSize: number): Side => ({
  process: "pg-boss.ts",
  drain: "pg-boss",
  options: { work: { batchSize, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 } },
  within,
});
const graphileVersion = versionOf("graphile-worker");
const bossVersion = versionOf("pg-boss");

interface Sizes extends CommonSizes {
  /** Of those that commit each push or each completion alone. */
  readonly slowJobs: number;
}

const full: Sizes = {
  ...commonFull,
  slowJobs: 10_000,
  ahead: { jobs: 50_000, leadMs: 8_000, overMs: 10_000 },
};
const short: Sizes = { ...commonShort, slowJobs: 1_000 };

type Part = (sizes: Sizes, report: BenchContext["report"]) => Promise<void>;

/** The PostgreSQL engine beside graphile-worker and pg-boss, on one server and in turn. */
export async function postgres({ smoke, report }: BenchContext): Promise<void> {
  if (!(await postgresAnswers())) return console.error("PostgreSQL does not answer: set LOVAGE_BENCH_POSTGRES_URL.");
  const sizes = smoke ? short : full;
  await pushes(sizes, report);
  await drains(sizes, report);
  await latencies(sizes, report);
  await sleepers(sizes, report);
  await delayed(sizes, report);
}

const pushes: Part = async ({ rounds, jobs, slowJobs }, report) => {
  const { each, graphileEach, bossEach, bulk, graphileBulk, bossBulk } = await inTurn(rounds, {
    each: () => pushRate(ours, "pushEach", jobs),
    graphileEach: () => pushRate(plain, "pushEach", slowJobs),
    bossEach: () => pushRate(boss(1_000), "pushEach", slowJobs),
    bulk: () => pushRate(ours, "pushBulk", jobs),
    graphileBulk: () => pushRate(plain, "pushBulk", jobs),
    bossBulk: () => pushRate(boss(1_000), "pushBulk", jobs),
  });
  const rate = { unit: "jobs/s", runs: rounds };
  const [together, listed] = ["push by Promise.all", "bulk push"];
  report({ metric: together, ...rate, ...besideBoss(each, bossEach), goal: { of: "ratio", least: 15 } });
  report({ metric: together, ...rate, ...besideGraphile(each, graphileEach) });
  report({ metric: listed, ...rate, ...besideGraphile(bulk, graphileBulk), goal: { of: "ratio", least: 1.3 } });
  report({ metric: listed, ...rate, ...besideBoss(bulk, bossBulk) });
};

const drains: Part = async ({ rounds, jobs, slowJobs }, report) => {
  const measured = await inTurn(rounds, {
    own: () => drained(ours, jobs),
    tuned: () => drained(tuned, jobs),
    plain: () => drained(plain, slowJobs),
    boss1000: () => drained(boss(1_000), jobs),
    boss5000: () => drained(boss(5_000), jobs),
  });
  const rate = { unit: "jobs/s", runs: rounds };
  const rates = (runs: readonly Drained[]) => runs.map((run) => run.rate);
  const own = rates(measured.own);
  const kept = "drain, results kept";
  report({
    metric: `${kept} / graphile-worker, tuned (rows deleted)`,
    ...rate,
    ...besideGraphile(own, rates(measured.tuned)),
    goal: { of: "ratio", least: 1.4 },
  });
  report({
    metric: `${kept} / graphile-worker, as it comes`,
    ...rate,
    ...besideGraphile(own, rates(measured.plain)),
  });
  for (const [size, runs] of Object.entries({ 1000: measured.boss1000, 5000: measured.boss5000 }))
    report({
      metric: `${kept} / pg-boss, batches of ${size}`,
      ...rate,
      ...besideBoss(own, rates(runs)),
      goal: { of: "ratio", least: 3 },
    });
  const memory = (runs: readonly Drained[]) => runs.map((run) => run.rss / 1e6);
  const metric = "worker RSS after the drain";
  report({ metric, unit: "MB", runs: rounds, ...besideGraphile(memory(measured.own), memory(measured.tuned)) });
};

const latencies: Part = async ({ rounds, paced }, report) => {
  // The default concurrency of ours: an idle worker has free places anyway.
  const own: Side = { ...ours, options: {} };
  const times = await inTurn(rounds, {
    start: () => startLatency(own, paced),
    graphile: () => startLatency(plain, paced),
    boss: () => startLatency(boss(1), paced),
    result: () => resultLatency(own, paced / 2),
  });
  for (const percent of ["p50", "p99"] as const) {
    const [start, graphile, others, result] = [times.start, times.graphile, times.boss, times.result].map((runs) =>
      runs.map((run) => run[percent]),
    ) as [number[], number[], number[], number[]];
    const line = { metric: `push to start, idle worker, ${percent}`, unit: "ms", runs: rounds };
    report({ ...line, ...besideGraphile(start, graphile), goal: { of: "ratio", most: 0.7 } });
    report({ ...line, ...besideBoss(start, others) });
    report({ ...line, metric: `push to result at the caller, ${percent}`, ours: median(result) });
  }
};

const sleepers: Part = async ({ rounds, naps }, report) => {
  const seconds = async (side: Side) => {
    const options = { ...side.options, concurrency: 1_000 };
    return naps / (await drained({ ...side, options }, naps, "nap")).rate;
  };
  const wide: Side = { ...tuned, options: { worker: { localQueue: { size: 1_000 }, completeJobBatchDelay: 0 } } };
  const measured = await inTurn(rounds, { own: () => seconds(ours), peer: () => seconds(wide) });
  report({
    metric: `${naps.toLocaleString("en")} jobs that sleep 50 ms, concurrency 1,000`,
    unit: "s",
    runs: rounds,
    ...besideGraphile(measured.own, measured.peer),
    goal: { of: "ours", most: 0.6 },
  });
};

const delayed: Part = async ({ rounds, ahead }, report) => {
  const late = await inTurn(rounds, { own: () => lateness(ours, ahead), peer: () => lateness(tuned, ahead) });
  for (const percent of ["p50", "p99"] as const)
    report({
      metric: `${ahead.jobs.toLocaleString("en")} delayed jobs over ${ahead.overMs / 1_000} s: lateness, ${percent}`,
      unit: "ms",
      runs: rounds,
      ...besideGraphile(
        late.own.map((run) => run[percent]),
        late.peer.map((run) => run[percent]),
      ),
    });
};

type Compared = Pick<Figure, "ours" | "peer" | "peerVersion">;

function besideGraphile(own: readonly number[], peer: readonly number[]): Compared {
  return { ours: median(own), peer: median(peer), peerVersion: graphileVersion };
}

function besideBoss(own: readonly number[], peer: readonly number[]): Compared {
  return { ours: median(own), peer: median(peer), peerVersion: bossVersion };
}
