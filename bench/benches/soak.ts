import { setTimeout as pause } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { type OwnServer, withEachServer } from "../support/private.ts";
import { BenchProcess } from "../support/process.ts";
import type { BenchContext } from "../support/reporter.ts";

interface Sizes {
  readonly jobs: number;
  /** Finished jobs that are kept: `retention.max`. */
  readonly retained: number;
  readonly batch: number;
}

const full: Sizes = { jobs: 1_000_000, retained: 10_000, batch: 5_000 };
const short: Sizes = { jobs: 20_000, retained: 2_000, batch: 1_000 };

// Workers prune every 5 s, a bounded number at a time.
const UPKEEP_MS = 6_000;
const SETTLE_LIMIT_MS = 120_000;

interface Stored {
  readonly bytes: number;
  /** Rows that VACUUM could not clear away; Redis has none. */
  readonly deadRows: number;
}

/** Many jobs, few of them kept: what is left in the store and in the processes when they have passed through. */
export async function soak({ smoke, report }: BenchContext): Promise<void> {
  await withEachServer((own) => soakOne(own, smoke ? short : full, report));
}

async function soakOne(own: OwnServer, sizes: Sizes, report: BenchContext["report"]): Promise<void> {
  const place = { url: own.server.url, name: "soak" };
  const app = lovage({ url: place.url, namespace: place.name, logger: silentLogger });
  await app.start();
  const worker = await BenchProcess.start("soak.ts", { ...place, retained: sizes.retained });
  const producer = await BenchProcess.start("soak.ts", { ...place, retained: sizes.retained });
  await worker.ask({ do: "startWorker" });
  const measure = async (): Promise<Stored> => {
    await settled(app, sizes.retained);
    return storedIn(own);
  };
  try {
    await push(producer, sizes.retained, sizes.batch);
    const retained = await measure();
    const memory = new MemoryTrack([worker, producer]);
    const rest = sizes.jobs - sizes.retained;
    for (let pushed = 0; pushed < rest; pushed += sizes.batch) {
      await producer.ask({ do: "push", jobs: Math.min(sizes.batch, rest - pushed) });
      await settledBelow(app, sizes.batch * 2);
      await memory.sample(pushed / rest);
    }
    const after = await measure();
    tell(own.name, sizes, { retained, after, memory }, report);
  } finally {
    await Promise.all([worker.stop(), producer.stop()]);
    await app.close();
  }
}

interface Soaked {
  readonly retained: Stored;
  readonly after: Stored;
  readonly memory: MemoryTrack;
}

function tell(
  name: OwnServer["name"],
  { jobs, retained: kept }: Sizes,
  { retained, after, memory }: Soaked,
  report: BenchContext["report"],
): void {
  const [count, few] = [jobs.toLocaleString("en"), kept.toLocaleString("en")];
  const what = name === "Redis" ? "used_memory" : "tables and indexes after VACUUM";
  report({
    metric: `${name}: ${what} after ${count} jobs / after the first ${few}, as many as are kept`,
    unit: "MB",
    ours: after.bytes / 1e6,
    peer: retained.bytes / 1e6,
    peerVersion: `lovage, ${few} jobs`,
    runs: 1,
    goal: { of: "ratio", most: 1.25 },
  });
  if (name === "PostgreSQL")
    report({
      metric: `${name}: dead rows after VACUUM`,
      unit: "rows",
      ours: after.deadRows,
      runs: 1,
      goal: { of: "ours", most: 0 },
    });
  for (const [index, process] of ["worker", "producer"].entries())
    report({
      metric: `${name}: memory (RSS) of the ${process} in the last tenth / in the second tenth`,
      unit: "MB",
      ours: memory.highest(index, 0.9, 1) / 1e6,
      peer: memory.highest(index, 0.1, 0.2) / 1e6,
      peerVersion: "lovage, second tenth",
      runs: 1,
      goal: { of: "ratio", most: 1.25 },
    });
}

/** How much memory processes held, by how far the run was. */
class MemoryTrack {
  readonly #processes: readonly BenchProcess[];
  readonly #samples: { readonly progress: number; readonly rss: readonly number[] }[] = [];

  constructor(processes: readonly BenchProcess[]) {
    this.#processes = processes;
  }

  async sample(progress: number): Promise<void> {
    const answers = await Promise.all(this.#processes.map((one) => one.ask<{ rss: number }>({ do: "memory" })));
    this.#samples.push({ progress, rss: answers.map(({ rss }) => rss) });
  }

  highest(process: number, from: number, to: number): number {
    const within = this.#samples.filter(({ progress }) => progress >= from && progress < to);
    return Math.max(...within.map(({ rss }) => rss[process] ?? 0));
  }
}

async function push(producer: BenchProcess, jobs: number, batch: number): Promise<void> {
  for (let pushed = 0; pushed < jobs; pushed += batch) await producer.ask({ do: "push", jobs: batch });
}

type App = ReturnType<typeof lovage>;

async function settledBelow(app: App, most: number): Promise<void> {
  const waiting = () => app.engine.inspect.count({ states: ["ready", "scheduled", "active"] });
  while ((await waiting()) > most) await pause(20);
}

/** Nothing waits, and what is over the number to be kept has gone. */
async function settled(app: App, retained: number): Promise<void> {
  await settledBelow(app, 0);
  const end = performance.now() + SETTLE_LIMIT_MS;
  while ((await app.engine.inspect.count({ states: ["succeeded", "failed", "revoked"] })) > retained) {
    if (performance.now() > end) throw new Error(`More than ${retained} finished jobs are kept.`);
    await pause(100);
  }
  // Keys and messages that have lapsed go in the next round.
  await pause(UPKEEP_MS);
}

async function storedIn(own: OwnServer): Promise<Stored> {
  if (own.name === "Redis") {
    const info = String(await own.server.ask("INFO", "memory"));
    return { bytes: Number(/^used_memory:(\d+)/m.exec(info)?.[1]), deadRows: 0 };
  }
  console.error(await own.server.ask("VACUUM VERBOSE").catch(String));
  console.error(
    await own.server.ask(
      "SELECT relname, n_live_tup, n_dead_tup, pg_relation_size(relid), pg_indexes_size(relid), pg_total_relation_size(relid), autovacuum_count, vacuum_count FROM pg_stat_user_tables ORDER BY 6 DESC LIMIT 8",
    ),
  );
  const sizes = await own.server.ask(`
    SELECT sum(pg_total_relation_size(relid))::bigint, sum(n_dead_tup)::bigint
    FROM pg_stat_user_tables`);
  const [bytes, deadRows] = sizes.split("|").map(Number);
  return { bytes: bytes ?? Number.NaN, deadRows: deadRows ?? Number.NaN };
}
