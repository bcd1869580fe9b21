import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { RenewalConnection } from "../../engine/index.ts";
import { sleep, systemClock } from "../../kernel/clock.ts";
import { toErrorRecord } from "../../kernel/error-record.ts";
import { streamLogger } from "../../kernel/logger.ts";
import { SharedPulse } from "./shared-pulse.ts";
import { type LeaseThreadData, type LeaseThreadNews, STOP_MESSAGE } from "./thread-protocol.ts";
import { LOOK_EVERY_MS, WedgeWatch } from "./wedge-watch.ts";

// The entry of the thread that keeps a worker's lease while its event loop is busy, and ends the process when that loop
// is wedged. It owns a connection of its own to the engine.

const RENEWALS_PER_LEASE = 3;
const REPEATS_PER_LEASE = 12;

// A thread's process.stderr is a stream to the event loop, which is the one that is blocked.
const STANDARD_ERROR = 2;

// The boundary: what the worker hands over at the start.
const data = workerData as LeaseThreadData;
const stopping = new AbortController();
let connection: RenewalConnection | undefined;

function tell(news: LeaseThreadNews): void {
  parentPort?.postMessage(news);
}

async function connect(): Promise<RenewalConnection> {
  const { connectRenewal }: { connectRenewal(options: unknown): RenewalConnection | Promise<RenewalConnection> } =
    await import(data.renewal.module);
  return connectRenewal(data.renewal.options);
}

async function disconnect(): Promise<void> {
  const closing = connection;
  connection = undefined;
  // A connection that fails to close has failed before, and that was told.
  await closing?.close().catch(() => {});
}

/** Renews once; says whether it worked. */
async function renew(): Promise<boolean> {
  try {
    connection ??= await connect();
    await connection.renew(data.worker, data.leaseMs);
    tell({ kind: "renewed" });
    return true;
  } catch (error) {
    tell({ kind: "failed", error: toErrorRecord(error) });
    await disconnect();
    return false;
  }
}

async function renewUntilStopped(): Promise<void> {
  while (!stopping.signal.aborted) {
    const renewed = await renew();
    const times = renewed ? RENEWALS_PER_LEASE : REPEATS_PER_LEASE;
    await sleep(systemClock, data.leaseMs / times, stopping.signal);
  }
}

async function watchUntilStopped(): Promise<void> {
  const watch = new WedgeWatch(new SharedPulse(data.pulse));
  while (!stopping.signal.aborted) {
    await sleep(systemClock, LOOK_EVERY_MS, stopping.signal);
    const task = watch.look();
    if (task !== undefined && !stopping.signal.aborted) endProcess(data.tasks[task] ?? "unknown");
  }
}

/** The line is written past the event loop, which would never get to it; so is the end, by a signal. */
function endProcess(task: string): void {
  const sink = { write: (line: string) => writeSync(STANDARD_ERROR, line) };
  try {
    streamLogger(sink, { json: false }).log(
      "error",
      "the event loop is blocked beyond the hard time limit of a running job: this process ends itself (SIGKILL), and its jobs are rescued. Long synchronous work belongs in a thread.",
      { task, worker: data.worker },
    );
  } finally {
    process.kill(process.pid, "SIGKILL");
  }
}

parentPort?.on("message", (message) => {
  if (message === STOP_MESSAGE) stopping.abort();
});
await Promise.all([renewUntilStopped(), watchUntilStopped()]);
await disconnect();
parentPort?.close();
