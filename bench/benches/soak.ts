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
const MOST_GROWTH = 1.25;

interface Stored {
  /** As the server holds it; PostgreSQL after VACUUM, which gives no page back that lies between others. */
  readonly bytes: number;
  /** Of what is in it; PostgreSQL after VACUUM FULL. */
  readonly denseBytes: number;
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
    const run = async (from: number, to: number): Promise<void> => {
      for (let pushed = from; pushed < to; pushed += sizes.batch) {
        await producer.ask({ do: "push", jobs: Math.min(sizes.batch, to - pushed) });
        await settledBelow(app, sizes.batch * 2);
        await memory.sample(pushed / sizes.jobs);
      }
    };
    await run(sizes.retained, sizes.jobs / 2);
    const halfway = await measure();
    await run(sizes.jobs / 2, sizes.jobs);
    const after = await measure();
    tell(own.name, sizes, { retained, halfway, after, memory }, report);
  } finally {
    await Promise.all([worker.stop(), producer.stop()]);
    await app.close();
  }
}

interface Soaked {
  readonly retained: Stored;
  readonly halfway: Stored;
  readonly after: Stored;
  readonly memory: MemoryTrack;
}

function tell(name: OwnServer["name"], sizes: Sizes, soaked: Soaked, report: BenchContext["report"]): void {
  const { retained, halfway, after, memory } = soaked;
  const [count, few] = [sizes.jobs.toLocaleString("en"), sizes.retained.toLocaleString("en")];
  const compare = (metric: string, bytes: number, than: number, peerVersion: string): void =>
    report({
      metric: `${name}: ${metric}`,
      unit: "MB",
      ours: bytes / 1e6,
      peer: than / 1e6,
      peerVersion: `lovage, ${peerVersion}`,
      runs: 1,
      goal: { of: "ratio", most: MOST_GROWTH },
    });
  const first = `the first ${few}, as many as are kept`;
  const content = name === "Redis" ? "used_memory" : "tables and indexes without their free pages";
  compare(`${content} after ${count} jobs / ${first}`, after.denseBytes, retained.denseBytes, `${few} jobs`);
  if (name === "PostgreSQL") {
    compare("tables and indexes after VACUUM, at the end / half way", after.bytes, halfway.bytes, "half way");
    // The workers still look for jobs and renew their leases.
    const goal = { of: "ours", most: 500 } as const;
    report({ metric: `${name}: dead rows after VACUUM`, unit: "rows", ours: after.deadRows, runs: 1, goal });
  }
  for (const [index, process] of ["worker", "producer"].entries()) {
    const [late, early] = [memory.highest(index, 0.9, 1), memory.highest(index, 0.1, 0.2)];
    compare(`memory (RSS) of the ${process}, last tenth / second tenth`, late, early, "second tenth");
  }
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
    const bytes = Number(/^used_memory:(\d+)/m.exec(info)?.[1]);
    return { bytes, denseBytes: bytes, deadRows: 0 };
  }
  const ask = (sql: string): Promise<number> => own.server.ask(sql).then(Number);
  const size = "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables";
  await own.server.ask("VACUUM ANALYZE");
  const bytes = await ask(size);
  // The statistics count late; this looks at the pages.
  await own.server.ask("CREATE EXTENSION IF NOT EXISTS pgstattuple");
  const deadRows = await ask(
    "SELECT sum((pgstattuple(oid)).dead_tuple_count) FROM pg_stat_user_tables JOIN pg_class ON oid = relid WHERE relkind = 'r'",
  );
  await own.server.ask("VACUUM FULL");
  return { bytes, denseBytes: await ask(size), deadRows };
}
