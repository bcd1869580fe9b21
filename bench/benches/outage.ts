import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lovage, silentLogger } from "lovage";
import { byJob, type Run, readRuns } from "../support/account.ts";
import { type OwnServer, withEachServer } from "../support/private.ts";
import { BenchProcess, preciseNow, withFolder } from "../support/process.ts";
import type { BenchContext } from "../support/reporter.ts";

interface Sizes {
  readonly outageMs: number;
  readonly lease: "2s" | "15s";
  /** Before, between and after the outages. */
  readonly quietMs: number;
}

const full: Sizes = { outageMs: 30_000, lease: "15s", quietMs: 5_000 };
// Longer than the lease as well: all leases lapse while the server is away.
const short: Sizes = { outageMs: 2_500, lease: "2s", quietMs: 1_000 };

const WORKERS = 4;
const PUSH_EVERY_MS = 25;
const CLAIM_LIMIT_MS = 60_000;
const DRAIN_LIMIT_MS = 120_000;

/** A time in which the server was away; what was seen of it lies in the account. */
interface Outage {
  readonly kind: "frozen" | "killed";
  readonly downAt: number;
  readonly backAt: number;
}

/** The server is frozen, and killed and started again, under four workers that hold jobs and a producer that goes on. */
export async function outage({ smoke, report }: BenchContext): Promise<void> {
  await withEachServer((own) => withFolder((folder) => drill(own, folder, smoke ? short : full, report)));
}

async function drill(own: OwnServer, folder: string, sizes: Sizes, report: BenchContext["report"]): Promise<void> {
  const { url } = own.server;
  const account = join(folder, "account.log");
  const readAccount = async (): Promise<readonly Run[]> => readRuns(await readFile(account, "utf8"));
  const app = lovage({ url, logger: silentLogger });
  await app.start();
  const options = { url, account, lease: sizes.lease };
  const workers = await Promise.all(
    Array.from({ length: WORKERS }, () => BenchProcess.start("outage-worker.ts", options)),
  );
  const producer = new Producer(app, sizes.outageMs);
  try {
    producer.start();
    await pause(sizes.quietMs);
    const outages: Outage[] = [];
    for (const kind of ["frozen", "killed"] as const) {
      outages.push(await suffer(own, kind, sizes.outageMs));
      await allClaim(readAccount, outages.at(-1)?.backAt ?? 0);
      await pause(sizes.quietMs);
    }
    await producer.stop();
    await drained(app);
    tell(own.name, { sizes, outages, producer, runs: await readAccount() }, report);
  } finally {
    await producer.stop();
    await Promise.all(workers.map((worker) => worker.stop()));
    await app.close();
  }
}

async function suffer({ server }: OwnServer, kind: Outage["kind"], outageMs: number): Promise<Outage> {
  const downAt = preciseNow();
  if (kind === "frozen") server.freeze();
  else await server.kill();
  await pause(outageMs);
  if (kind === "frozen") server.thaw();
  else await server.start();
  return { kind, downAt, backAt: preciseNow() };
}

type App = ReturnType<typeof lovage>;

/** Pushes at a steady rate, whatever becomes of the pushes before. */
class Producer {
  /** Of pushes that were acknowledged. */
  readonly ids: string[] = [];
  refused = 0;
  readonly #push: (index: number) => Promise<void>;
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #pushed = 0;

  constructor(app: App, outageMs: number) {
    type Input = { readonly takesMs: number };
    const task = app.task({ name: "outage.work", run: undefined as ((input: Input) => void) | undefined });
    this.#push = (index) =>
      task.delay({ takesMs: durationOf(index, outageMs) }).then(
        ({ id }) => void this.ids.push(id),
        // Not acknowledged: not promised.
        () => {
          this.refused += 1;
        },
      );
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#pushed += 1;
      const push = this.#push(this.#pushed);
      this.#pending.add(push);
      void push.finally(() => this.#pending.delete(push));
    }, PUSH_EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
  }
}

/** Most are short; of those that are running when the server goes, one in two ends meanwhile, and the other afterwards. */
function durationOf(index: number, outageMs: number): number {
  if (index % 40 === 0) return outageMs * 1.2;
  return index % 20 === 0 ? outageMs * 0.5 : 100;
}

/** Waits until each worker has begun a job since then. */
async function allClaim(readAccount: () => Promise<readonly Run[]>, since: number): Promise<void> {
  const end = performance.now() + CLAIM_LIMIT_MS;
  while (firstClaims(await readAccount(), since).length < WORKERS) {
    if (performance.now() > end) throw new Error(`Not every worker claims again within ${CLAIM_LIMIT_MS} ms.`);
    await pause(100);
  }
}

/** When each worker that began a job since then began its first. */
function firstClaims(runs: readonly Run[], since: number): readonly number[] {
  const first = new Map<number, number>();
  for (const { pid, startedAt } of runs)
    if (startedAt >= since) first.set(pid, Math.min(startedAt, first.get(pid) ?? Number.POSITIVE_INFINITY));
  return [...first.values()];
}

async function drained(app: App): Promise<void> {
  const end = performance.now() + DRAIN_LIMIT_MS;
  while ((await app.engine.inspect.count({ states: ["ready", "active", "scheduled"] })) > 0) {
    if (performance.now() > end) throw new Error(`Jobs are left over after ${DRAIN_LIMIT_MS} ms.`);
    await pause(100);
  }
}

interface Account {
  readonly sizes: Sizes;
  readonly outages: readonly Outage[];
  readonly producer: Producer;
  readonly runs: readonly Run[];
}

function tell(name: string, { sizes, outages, producer, runs }: Account, report: BenchContext["report"]): void {
  const jobs = byJob(runs);
  const one = { unit: "jobs", runs: 1 };
  const none = { of: "ours", most: 0, always: true } as const;
  for (const { kind, downAt, backAt } of outages) {
    const when = `${name}, ${kind} for ${sizes.outageMs / 1_000} s`;
    const meanwhile = runs.filter(({ endedAt = 0 }) => endedAt > downAt && endedAt < backAt);
    const repeated = meanwhile.filter(({ job, fence }) => jobs.get(job)?.some((other) => other.fence > fence));
    report({
      metric: `${when}: until each of ${WORKERS} workers has claimed again`,
      unit: "s",
      ours: (Math.max(...firstClaims(runs, backAt)) - backAt) / 1_000,
      runs: 1,
      goal: { of: "ours", most: 5, always: true },
    });
    report({ metric: `${when}: handlers that ended meanwhile`, ...one, ours: meanwhile.length });
    report({ metric: `${when}: of these, ran again`, ...one, ours: repeated.length, goal: none });
  }
  const lost = producer.ids.filter((id) => !jobs.get(id)?.some(({ endedAt }) => endedAt !== undefined));
  const twice = [...jobs.values()].filter((ofJob) => ofJob.length > 1);
  report({ metric: `${name}: pushes acknowledged`, ...one, ours: producer.ids.length });
  report({ metric: `${name}: pushes refused or unanswered`, ...one, ours: producer.refused });
  report({ metric: `${name}: acknowledged, and lost`, ...one, ours: lost.length, goal: none });
  report({ metric: `${name}: ran more than once`, ...one, ours: twice.length, goal: none });
}
