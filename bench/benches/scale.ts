import { join } from "node:path";
import { BenchProcess, withFolder } from "../support/process.ts";
import type { BenchContext } from "../support/reporter.ts";
import { alternate } from "../support/rounds.ts";

const BULK = 1_000;

interface Drained {
  readonly rate: number;
  readonly rss: number;
}

type Ballast = "none" | "ready" | "scheduled" | "unclaimable";

/** Whether claiming slows down when a million other jobs are in the way. */
export async function scale({ smoke, report }: BenchContext): Promise<void> {
  const ballast = smoke ? 5_000 : 1_000_000;
  const jobs = smoke ? 2_000 : 100_000;
  const rounds = smoke ? 1 : 3;
  const memory: Record<Ballast, number> = { none: 0, ready: 0, scheduled: 0, unclaimable: 0 };
  const measure = (kind: Ballast) => async () => {
    const { rate, rss } = await drainBeside(kind, ballast, jobs);
    memory[kind] = Math.max(memory[kind], rss);
    return rate;
  };
  const rates = await alternate(rounds, {
    none: measure("none"),
    ready: measure("ready"),
    scheduled: measure("scheduled"),
    unclaimable: measure("unclaimable"),
  });
  for (const kind of ["ready", "scheduled", "unclaimable"] as const) {
    const size = ballast.toLocaleString("en");
    report({
      metric: `drain beside ${size} ${kind} jobs / empty table`,
      unit: "jobs/s",
      ours: rates[kind],
      peer: rates.none,
      peerVersion: "lovage, empty",
      runs: rounds,
      goal: { of: "ratio", least: 0.8 },
    });
    report({
      metric: `worker RSS beside ${size} ${kind} jobs / empty table`,
      unit: "MB",
      ours: memory[kind] / 1e6,
      peer: memory.none / 1e6,
      peerVersion: "lovage, empty",
      runs: rounds,
      goal: { of: "ratio", most: 1.2 },
    });
  }
}

function drainBeside(kind: Ballast, ballast: number, jobs: number): Promise<Drained> {
  return withFolder(async (folder) => {
    const url = `sqlite:${join(folder, "bench.db")}`;
    const producer = await BenchProcess.start("ours.ts", { url });
    // The ballast comes first: whoever claims in push order meets it first.
    if (kind === "scheduled") await producer.ask({ do: "pushBulk", jobs: ballast, size: BULK, countdown: "1d" });
    if (kind === "unclaimable") await pushUnclaimable(producer, ballast);
    const ready = kind === "ready" ? ballast + jobs : jobs;
    await producer.ask({ do: "pushBulk", jobs: ready, size: BULK });
    await producer.stop();
    const worker = await BenchProcess.start("drain.js", { side: "ours", url, concurrency: 1_000 });
    const drained = await worker.ask<Drained>({ do: "drain", jobs });
    await worker.stop();
    return drained;
  });
}

/** Half of a task that the worker does not know, half in a paused queue. */
async function pushUnclaimable(producer: BenchProcess, ballast: number): Promise<void> {
  await producer.ask({ do: "pushUnknown", jobs: ballast / 2, size: BULK });
  await producer.ask({ do: "pause", queue: "paused" });
  await producer.ask({ do: "pushBulk", jobs: ballast / 2, size: BULK, queue: "paused" });
}
