import { writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { drainTogether, startedBy, startProcesses } from "../support/crowd.ts";
import { type Load, postgresLoad, redisLoad } from "../support/load.ts";
import { drawBars } from "../support/picture.ts";
import type { Place } from "../support/place.ts";
import { postgresAnswers, withPostgresPlace } from "../support/postgres.ts";
import { BenchProcess } from "../support/process.ts";
import { redisAnswers, withRedisPlace } from "../support/redis.ts";
import type { BenchContext } from "../support/reporter.ts";
import { inTurn, median } from "../support/rounds.ts";

interface Server {
  readonly name: string;
  readonly within: <Value>(use: (place: Place) => Promise<Value>) => Promise<Value>;
  readonly load: () => Promise<Load>;
}

interface Sizes {
  readonly rounds: number;
  readonly warmUp: number;
  readonly jobs: number;
  /** Jobs that are there beside those drained; the last size also as scheduled ones. */
  readonly ready: readonly number[];
  readonly workers: readonly number[];
  readonly queues: readonly number[];
  readonly idle: { readonly processes: number; readonly seconds: number; readonly jobs: number };
}

const full: Sizes = {
  rounds: 3,
  warmUp: 20_000,
  jobs: 60_000,
  ready: [10_000, 100_000, 1_000_000],
  workers: [2, 4],
  queues: [100, 10_000],
  idle: { processes: 5, seconds: 10, jobs: 500 },
};
const short: Sizes = {
  rounds: 1,
  warmUp: 2_000,
  jobs: 4_000,
  ready: [1_000, 2_000],
  workers: [2],
  queues: [10],
  idle: { processes: 2, seconds: 1, jobs: 20 },
};

const CONCURRENCY = 1_000;
// Each worker has a connection of its own and each process five: 50 processes, or 10, would need more than the 100 that a
// PostgreSQL allows by default.
const WORKERS_A_PROCESS = 10;
const EVERY_MS = 10;
const picture = new URL("../../docs/growth.svg", import.meta.url);

/** How the cost of both engines grows with what waits, with workers and with queues; draws `docs/growth.svg`. */
export async function growth({ smoke, report }: BenchContext): Promise<void> {
  const sizes = smoke ? short : full;
  const servers = await answering();
  const tables: Growth[] = [];
  for (const server of servers) {
    tables.push(await rates(server, sizes, report));
    await idle(server, sizes, report);
  }
  const drawing = draw(servers, tables);
  // The picture in the documentation is of figures that mean something, and of the servers that answered.
  if (!smoke && servers.length > 0) await writeFile(picture, drawing);
}

async function answering(): Promise<readonly Server[]> {
  const servers: Server[] = [];
  if (await redisAnswers()) servers.push({ name: "Redis", within: withRedisPlace, load: redisLoad });
  else console.error("Redis does not answer: set LOVAGE_BENCH_REDIS_URL.");
  if (await postgresAnswers()) servers.push({ name: "PostgreSQL", within: withPostgresPlace, load: postgresLoad });
  else console.error("PostgreSQL does not answer: set LOVAGE_BENCH_POSTGRES_URL.");
  return servers;
}

interface Case {
  readonly group: string;
  readonly label: string;
  readonly least?: number;
  readonly workers?: number;
  readonly queues?: number;
  readonly ready?: number;
  readonly scheduled?: number;
}

function casesOf({ ready, workers, queues }: Sizes): readonly Case[] {
  const text = (count: number): string => count.toLocaleString("en");
  const waiting = { group: "jobs that wait besides", least: 0.8 };
  const scheduled = ready.at(-1) ?? 0;
  return [
    ...ready.map((count) => ({ ...waiting, label: `${text(count)} ready`, ready: count })),
    { ...waiting, label: `${text(scheduled)} scheduled`, scheduled },
    ...workers.map((count) => ({ group: "worker processes", label: `${count} workers`, workers: count })),
    ...queues.map((count) => ({ group: "queues", label: `${text(count)} queues`, queues: count })),
  ];
}

interface Point extends Case {
  /** Of the rate of one worker, one queue and an empty table. */
  readonly ratio: number;
}

type Growth = readonly Point[];

async function rates(server: Server, sizes: Sizes, report: BenchContext["report"]): Promise<Growth> {
  const cases = casesOf(sizes);
  const base = { group: "", label: "base" };
  const sides = [base, ...cases].map((one) => [one.label, () => drainCase(server, one, sizes)] as const);
  const measured: Record<string, number[]> = await inTurn(sizes.rounds, Object.fromEntries(sides));
  const alone = median(measured.base ?? []);
  return cases.map((one) => {
    const rate = median(measured[one.label] ?? []);
    report({
      metric: `${server.name}: drain, ${one.label} / 1 worker, 1 queue, nothing else`,
      unit: "jobs/s",
      ours: rate,
      peer: alone,
      peerVersion: "lovage, base",
      runs: sizes.rounds,
      ...(one.least === undefined ? {} : { goal: { of: "ratio", least: one.least } as const }),
    });
    return { ...one, ratio: rate / alone };
  });
}

function drainCase(server: Server, one: Case, { warmUp, jobs }: Sizes): Promise<number> {
  return server.within(async (place) => {
    const producer = await BenchProcess.start("ours.ts", place);
    // What is in the way comes first: whoever claims in push order meets it first.
    if (one.scheduled) await producer.ask({ do: "pushBulk", jobs: one.scheduled, size: 1_000, countdown: "1d" });
    const ready = warmUp + jobs + (one.ready ?? 0);
    if (one.queues) await producer.ask({ do: "pushAcross", jobs: ready, size: 1_000, queues: one.queues });
    else await producer.ask({ do: "pushBulk", jobs: ready, size: Math.min(500, ready) });
    await producer.stop();
    const workers = await startProcesses(one.workers ?? 1, { ...place, concurrency: CONCURRENCY });
    return (await drainTogether(workers, { warmUp, jobs })).rate;
  });
}

interface Cost {
  /** Of one core, by the server. */
  readonly idleCpu: number;
  readonly idleRequests: number;
  readonly requestsAJob: number;
}

async function idle(server: Server, { rounds, idle: size }: Sizes, report: BenchContext["report"]): Promise<void> {
  const { one, many } = await inTurn<{ one: Cost; many: Cost }>(rounds, {
    one: () => idleCost(server, 1, 1, size),
    many: () => idleCost(server, size.processes, WORKERS_A_PROCESS, size),
  });
  const count = size.processes * WORKERS_A_PROCESS;
  const of = (metric: string, unit: string, pick: (cost: Cost) => number) =>
    report({
      metric: `${server.name}: ${metric}, ${count} idle workers on one queue / one`,
      unit,
      ours: median(many.map(pick)),
      peer: median(one.map(pick)),
      peerVersion: "lovage, 1 worker",
      runs: rounds,
    });
  of("the server's CPU", "% of a core", ({ idleCpu }) => idleCpu * 100);
  of("requests a second", "requests/s", ({ idleRequests }) => idleRequests);
  of("requests for one job pushed and run, one every 10 ms", "requests", ({ requestsAJob }) => requestsAJob);
}

/** What idle workers cost the server, and what one job costs among them: whom a push wakes in vain shows there. */
function idleCost(server: Server, processes: number, each: number, size: Sizes["idle"]): Promise<Cost> {
  return server.within(async (place) => {
    const workers = await startProcesses(processes, place);
    await Promise.all(workers.map((worker) => worker.ask({ do: "startWorker", workers: each })));
    const producer = await BenchProcess.start("ours.ts", place);
    await producer.ask({ do: "pushPaced", jobs: 10, everyMs: EVERY_MS, wait: false });
    await startedBy(workers, 10);
    const quiet = await costOf(server, () => pause(size.seconds * 1_000));
    const busy = await costOf(server, async () => {
      await producer.ask({ do: "pushPaced", jobs: size.jobs, everyMs: EVERY_MS, wait: false });
      await startedBy(workers, 10 + size.jobs);
    });
    await producer.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
    const idleRequests = quiet.requests / quiet.seconds;
    return {
      idleCpu: quiet.cpuSeconds / quiet.seconds,
      idleRequests,
      requestsAJob: (busy.requests - idleRequests * busy.seconds) / size.jobs,
    };
  });
}

async function costOf(server: Server, act: () => Promise<unknown>): Promise<Load & { readonly seconds: number }> {
  // PostgreSQL's processes report what they did up to a second later.
  await pause(1_500);
  const before = await server.load();
  const begin = performance.now();
  await act();
  await pause(1_500);
  const after = await server.load();
  return {
    requests: after.requests - before.requests,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    seconds: (performance.now() - begin) / 1_000,
  };
}

function draw(servers: readonly Server[], tables: readonly Growth[]): string {
  const [first = []] = tables;
  const headings = [...new Set(first.map(({ group }) => group))];
  return drawBars({
    title: "Drain rate, as a multiple of that of 1 worker, 1 queue and nothing else in the table",
    series: servers.map(({ name }) => name),
    groups: headings.map((heading) => ({
      heading,
      rows: first
        .filter(({ group }) => group === heading)
        .map(({ label }) => ({
          label,
          values: tables.map((points) => points.find((point) => point.label === label)?.ratio ?? 0),
        })),
    })),
  });
}
