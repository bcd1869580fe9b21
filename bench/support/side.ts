import { setTimeout as pause } from "node:timers/promises";
import type { Place } from "./place.ts";
import { BenchProcess } from "./process.ts";
import type { Rate } from "./pushing.ts";
import { percentile } from "./rounds.ts";

/** One of those that are compared: how it is started, and where. */
export interface Side {
  /** The process that pushes and runs: a file of `processes/`. */
  readonly process: string;
  /** The worker that drains: a file of `processes/drains/`, without its ending. */
  readonly drain: string;
  /** Of the worker, beside the place. */
  readonly options: object;
  readonly within: <Value>(use: (place: Place) => Promise<Value>) => Promise<Value>;
}

/** How much a bench of one engine measures. */
export interface Sizes {
  readonly rounds: number;
  readonly jobs: number;
  readonly paced: number;
  readonly naps: number;
  readonly ahead: { readonly jobs: number; readonly leadMs: number; readonly overMs: number };
}

export const short: Sizes = {
  rounds: 1,
  jobs: 2_000,
  paced: 50,
  naps: 2_000,
  ahead: { jobs: 1_000, leadMs: 1_000, overMs: 1_000 },
};

export const full: Omit<Sizes, "ahead"> = { rounds: 5, jobs: 100_000, paced: 2_000, naps: 10_000 };

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface Drained extends Rate {
  /** Of the worker process, in bytes. */
  readonly rss: number;
}

const BULK = 1_000;
const WARM_UP_JOBS = 50;
const EVERY_MS = 5;
const STALL_MS = 60_000;

/** Jobs a second that one producer pushes, in lists of 1,000 or as 1,000 promises at a time. */
export function pushRate(side: Side, kind: "pushBulk" | "pushEach", jobs: number): Promise<number> {
  return side.within(async (place) => {
    const producer = await BenchProcess.start(side.process, place);
    const { rate } = await producer.ask<Rate>({ do: kind, jobs, size: Math.min(BULK, jobs) });
    await producer.stop();
    return rate;
  });
}

/** One worker runs what waits already; the results are kept, by who keeps any. */
export function drained(side: Side, jobs: number, task: "noop" | "nap" = "noop"): Promise<Drained> {
  return side.within(async (place) => {
    const producer = await BenchProcess.start(side.process, place);
    await producer.ask({ do: "pushBulk", jobs, size: Math.min(BULK, jobs), task });
    await producer.stop();
    const worker = await BenchProcess.start("drain.js", { side: side.drain, ...place, ...side.options });
    const measured = await worker.ask<Drained>({ do: "drain", jobs });
    await worker.stop();
    return measured;
  });
}

/** From the push to the start of the handler in an idle worker of another process, one job every 5 ms. */
export function startLatency(side: Side, jobs: number): Promise<Latency> {
  return withIdleWorker(side, async (producer, worker) => {
    await producer.ask({ do: "pushPaced", jobs, everyMs: EVERY_MS, wait: false });
    await startedBy(worker, WARM_UP_JOBS + jobs);
    return worker.ask<Latency>({ do: "takeLatencies" });
  });
}

/** From the push to the result at the caller. */
export function resultLatency(side: Side, jobs: number): Promise<Latency> {
  return withIdleWorker(side, async (producer) => {
    const push = { do: "pushPaced", everyMs: EVERY_MS, wait: true };
    // The first one sets up what listens for results.
    await producer.ask({ ...push, jobs: WARM_UP_JOBS });
    const { times } = await producer.ask<{ times: number[] }>({ ...push, jobs });
    return { p50: percentile(times, 50), p99: percentile(times, 99) };
  });
}

export interface Ahead {
  readonly jobs: number;
  /** How long before the first is due pushing begins; all must be in by then. */
  readonly leadMs: number;
  readonly overMs: number;
}

/** How late jobs start that were pushed ahead and are due evenly over some seconds. */
export function lateness(side: Side, ahead: Ahead): Promise<Latency> {
  return withIdleWorker(side, async (producer, worker) => {
    const { aheadMs } = await producer.ask<{ aheadMs: number }>({ do: "pushAhead", ...ahead });
    if (aheadMs < 0) console.error(`${side.process}: the last job was pushed ${-aheadMs} ms after the first was due.`);
    await startedBy(worker, WARM_UP_JOBS + ahead.jobs);
    return worker.ask<Latency>({ do: "takeLatencies" });
  });
}

function withIdleWorker<Value>(
  side: Side,
  use: (producer: BenchProcess, worker: BenchProcess) => Promise<Value>,
): Promise<Value> {
  return side.within(async (place) => {
    const producer = await BenchProcess.start(side.process, place);
    const worker = await BenchProcess.start(side.process, { ...place, ...side.options });
    await worker.ask({ do: "startWorker" });
    await producer.ask({ do: "pushPaced", jobs: WARM_UP_JOBS, everyMs: EVERY_MS, wait: false });
    await startedBy(worker, WARM_UP_JOBS);
    await worker.ask({ do: "takeLatencies" });
    const value = await use(producer, worker);
    await producer.stop();
    await worker.stop();
    return value;
  });
}

async function startedBy(worker: BenchProcess, jobs: number): Promise<void> {
  let [started, at] = [-1, performance.now()];
  while (started < jobs) {
    const counted = await worker.ask<{ started: number }>({ do: "counted" });
    if (counted.started > started) [started, at] = [counted.started, performance.now()];
    if (performance.now() - at > STALL_MS) throw new Error(`A worker stalled: it started ${started} of ${jobs} jobs.`);
    await pause(20);
  }
}
