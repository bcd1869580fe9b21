import type {
  BulkReply,
  BulkRequest,
  Inspect,
  JobFilter,
  ListRequest,
  QueueStatistics,
  WorkerStatistics,
} from "../../../engine/index.ts";
import type { JobRecord } from "../../../kernel/job.ts";
import { texts } from "../client/arrays.ts";
import type { Row } from "../client/library.ts";
import type { Pool } from "../client/pool.ts";
import { readSql } from "../database/texts.ts";
import { checkText, isStorable } from "../jobs/payload.ts";
import { toJobRecord } from "../jobs/record.ts";
import type { Arrivals } from "../signals/arrivals.ts";
import { Bulk } from "./bulk.ts";
import { countStatement, encodeFilter } from "./filter.ts";

// Ids in one statement.
const IDS_PER_STATEMENT = 1_000;

/** Looking at jobs and steering them. */
export class PostgresInspect implements Inspect {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #bulk: Bulk;
  readonly #arrivals: Arrivals;

  constructor(pool: Pool, schema: string, arrivals: Arrivals) {
    this.#pool = pool;
    this.#schema = schema;
    this.#arrivals = arrivals;
    this.#bulk = new Bulk(pool, schema);
  }

  async get(ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]> {
    // Waits are told to the server on connections of their own: what is asked after one finds it in place.
    await this.#arrivals.settled();
    const records = new Map<string, JobRecord>();
    // Once also for none: it says whether the engine runs, and comes after what was asked before.
    for (let from = 0; from === 0 || from < ids.length; from += IDS_PER_STATEMENT) {
      const values = [texts(ids.slice(from, from + IDS_PER_STATEMENT).filter(isStorable))];
      const { rows } = await this.#pool.run({ text: readSql("inspect/get", this.#schema), values });
      for (const row of rows) records.set(String(row[0]), toJobRecord(row));
    }
    return ids.map((id) => records.get(id));
  }

  async list({ filter, cursor, limit }: ListRequest): Promise<readonly JobRecord[]> {
    const values = [cursor ?? null, ...encodeFilter(filter), Math.max(0, limit)];
    const { rows } = await this.#pool.run({ text: readSql("inspect/list", this.#schema), values });
    return rows.map(toJobRecord);
  }

  async count(filter: JobFilter): Promise<number> {
    const { rows } = await this.#pool.run(countStatement(filter, this.#schema));
    return Number(rows[0]?.[0]);
  }

  async revoke(request: BulkRequest & { readonly reason: string; readonly retainMs: number }): Promise<BulkReply> {
    const reason = checkText(request.reason, "The reason of a revocation");
    return this.#bulk.run(request, { kind: "revoke", reason, retainMs: request.retainMs });
  }

  retry(request: BulkRequest): Promise<BulkReply> {
    return this.#bulk.run(request, { kind: "retry" });
  }

  remove(request: BulkRequest): Promise<BulkReply> {
    return this.#bulk.run(request, { kind: "remove" });
  }

  pause(queue: string): Promise<void> {
    return this.#setPaused(queue, true);
  }

  resume(queue: string): Promise<void> {
    return this.#setPaused(queue, false);
  }

  async purge({ queue, dryRun }: { readonly queue: string; readonly dryRun: boolean }): Promise<{ removed: number }> {
    const selection = { filter: { queues: [queue], states: ["ready", "scheduled"] } } as const;
    const { changed } = await this.#bulk.run({ selection, dryRun }, { kind: "remove" });
    return { removed: changed };
  }

  async queues(): Promise<readonly QueueStatistics[]> {
    const { rows } = await this.#pool.run({ text: readSql("inspect/queues", this.#schema) });
    return rows.map(toQueue);
  }

  async workers(): Promise<readonly WorkerStatistics[]> {
    const { rows } = await this.#pool.run({ text: readSql("inspect/workers", this.#schema) });
    return rows.map(toWorker);
  }

  async #setPaused(queue: string, paused: boolean): Promise<void> {
    await this.#pool.run({ text: `SELECT ${this.#schema}.set_paused($1, $2)`, values: [queue, paused] });
  }
}

function toQueue([queue, paused, scheduled, ready, active, waiting, oldestReadyAt]: Row): QueueStatistics {
  return {
    queue: String(queue),
    paused: paused === "t",
    scheduled: Number(scheduled),
    ready: Number(ready),
    active: Number(active),
    waiting: Number(waiting),
    oldestReadyAt: oldestReadyAt == null ? undefined : Number(oldestReadyAt),
  };
}

function toWorker([
  id,
  host,
  pid,
  version,
  queues,
  tasks,
  concurrency,
  startedAt,
  leaseUntil,
  active,
]: Row): WorkerStatistics {
  return {
    id: String(id),
    host: String(host),
    pid: Number(pid),
    version: String(version),
    queues: queues == null ? undefined : JSON.parse(queues),
    tasks: JSON.parse(tasks ?? "[]"),
    concurrency: Number(concurrency),
    startedAt: Number(startedAt),
    leaseUntil: Number(leaseUntil),
    active: Number(active),
  };
}
