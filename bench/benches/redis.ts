import { type Celery, celeryDrain, findCelery } from "../support/celery.ts";
import { bullmqVersion, redisAnswers, withRedisPlace } from "../support/redis.ts";
import type { BenchContext, Figure } from "../support/reporter.ts";
import { inTurn, median } from "../support/rounds.ts";
import {
  type Sizes as CommonSizes,
  full as commonFull,
  short as commonShort,
  drained,
  lateness,
  pushRate,
  resultLatency,
  type Side,
  startLatency,
} from "../support/side.ts";

// The concurrency that each side drains best with; everything else is the default.
const ours: Side = { process: "ours.ts", drain: "ours", options: { concurrency: 1_000 }, within: withRedisPlace };
const bullmq: Side = { process: "bullmq.ts", drain: "bullmq", options: { concurrency: 100 }, within: withRedisPlace };

interface Sizes extends CommonSizes {
  /** Celery pushes and drains some thousands a second: with as many jobs as the others it would take an hour. */
  readonly celeryJobs: number;
}

const full: Sizes = {
  ...commonFull,
  celeryJobs: 10_000,
  ahead: { jobs: 50_000, leadMs: 5_000, overMs: 10_000 },
};
const short: Sizes = { ...commonShort, celeryJobs: 200 };

/** The Redis engine beside BullMQ and Celery, on one server and in turn. */
export async function redis({ smoke, report }: BenchContext): Promise<void> {
  if (!(await redisAnswers())) return console.error("Redis does not answer: set LOVAGE_BENCH_REDIS_URL.");
  const sizes = smoke ? short : full;
  const beside: Beside = (ratio) => ({
    peerVersion: bullmqVersion(),
    runs: sizes.rounds,
    goal: { of: "ratio", ...ratio },
  });
  await pushes(sizes, beside, report);
  await drains(sizes, beside, report);
  await latencies(sizes, beside, report);
  await sleepers(sizes, report);
  await delayed(sizes, beside, report);
}

type Beside = (ratio: { least: number } | { most: number }) => Pick<Figure, "peerVersion" | "runs" | "goal">;
type Part = (sizes: Sizes, beside: Beside, report: BenchContext["report"]) => Promise<void>;

const pushes: Part = async ({ rounds, jobs }, beside, report) => {
  const rates = await inTurn(rounds, {
    each: () => pushRate(ours, "pushEach", jobs),
    peerEach: () => pushRate(bullmq, "pushEach", jobs),
    bulk: () => pushRate(ours, "pushBulk", jobs),
    peerBulk: () => pushRate(bullmq, "pushBulk", jobs),
  });
  const { each, peerEach, bulk, peerBulk } = rates;
  report({ metric: "push by Promise.all", unit: "jobs/s", ...pair(each, peerEach), ...beside({ least: 2.5 }) });
  report({ metric: "bulk push", unit: "jobs/s", ...pair(bulk, peerBulk), ...beside({ least: 4 }) });
};

const drains: Part = async ({ rounds, jobs, celeryJobs }, beside, report) => {
  const celery = await findCelery();
  const measured = await inTurn(rounds, {
    own: () => drained(ours, jobs),
    peer: () => drained(bullmq, jobs),
    ...(celery === undefined ? {} : { celery: () => celeryDrain(celery, celeryJobs) }),
  });
  const of = (pick: (one: { rate: number; rss: number }) => number) =>
    pair(measured.own.map(pick), measured.peer.map(pick));
  report({ metric: "drain, results kept", unit: "jobs/s", ...of(({ rate }) => rate), ...beside({ least: 3 }) });
  report({ metric: "worker RSS after the drain", unit: "MB", ...of(({ rss }) => rss / 1e6), ...beside({ most: 1 }) });
  const rates = measured.own.map(({ rate }) => rate);
  report(celeryFigure(celery, celeryJobs, rates, measured.celery));
};

function celeryFigure(celery: Celery | undefined, jobs: number, own: number[], peer: number[] | undefined): Figure {
  const figure = { unit: "jobs/s", ours: median(own), runs: own.length };
  if (peer === undefined)
    return { ...figure, metric: "drain / Celery, which is not there (apt-get install python3-celery python3-redis)" };
  return {
    ...figure,
    metric: `drain, results kept / Celery, ${jobs.toLocaleString("en")} jobs`,
    peer: median(peer),
    peerVersion: celery?.version,
    goal: { of: "ratio", least: 35 },
  };
}

const latencies: Part = async ({ rounds, paced }, beside, report) => {
  // The default concurrency of ours for both: an idle worker has free places anyway.
  const [own, peer] = [ours, bullmq].map((side) => ({ ...side, options: {} })) as [Side, Side];
  const times = await inTurn(rounds, {
    start: () => startLatency(own, paced),
    peerStart: () => startLatency(peer, paced),
    result: () => resultLatency(own, paced / 2),
    peerResult: () => resultLatency(peer, paced / 2),
  });
  for (const percent of ["p50", "p99"] as const) {
    const of = (own: { p50: number; p99: number }[], others: { p50: number; p99: number }[]) =>
      pair(
        own.map((one) => one[percent]),
        others.map((one) => one[percent]),
      );
    report({
      metric: `push to start, idle worker, ${percent}`,
      unit: "ms",
      ...of(times.start, times.peerStart),
      ...beside({ most: percent === "p50" ? 0.8 : 0.7 }),
    });
    report({
      metric: `push to result at the caller, ${percent}`,
      unit: "ms",
      ...of(times.result, times.peerResult),
      ...beside({ most: 0.8 }),
    });
  }
};

async function sleepers({ rounds, naps }: Sizes, report: BenchContext["report"]): Promise<void> {
  const concurrency = { concurrency: 1_000 };
  const seconds = await inTurn(rounds, {
    own: async () => naps / (await drained({ ...ours, options: concurrency }, naps, "nap")).rate,
    peer: async () => naps / (await drained({ ...bullmq, options: concurrency }, naps, "nap")).rate,
  });
  report({
    metric: `${naps.toLocaleString("en")} jobs that sleep 50 ms, concurrency 1,000`,
    unit: "s",
    ...pair(seconds.own, seconds.peer),
    peerVersion: bullmqVersion(),
    runs: rounds,
    goal: { of: "ours", most: 0.6 },
  });
}

const delayed: Part = async ({ rounds, ahead }, beside, report) => {
  const late = await inTurn(rounds, { own: () => lateness(ours, ahead), peer: () => lateness(bullmq, ahead) });
  for (const percent of ["p50", "p99"] as const)
    report({
      metric: `${ahead.jobs.toLocaleString("en")} delayed jobs over ${ahead.overMs / 1_000} s: lateness, ${percent}`,
      unit: "ms",
      ...pair(
        late.own.map((one) => one[percent]),
        late.peer.map((one) => one[percent]),
      ),
      ...beside({ most: 0.3 }),
    });
};

function pair(own: readonly number[], peer: readonly number[]): { ours: number; peer: number } {
  return { ours: median(own), peer: median(peer) };
}
