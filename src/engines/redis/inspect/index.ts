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
import type { Store } from "../store.ts";
import { pack } from "../wire/writer.ts";
import { changeMany } from "./bulk.ts";
import { countJobs } from "./count.ts";
import { getJobs } from "./get.ts";
import { listJobs } from "./list.ts";
import { queueStatistics, workerStatistics } from "./statistics.ts";

/** Looking at jobs and steering them. */
export class RedisInspect implements Inspect {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get(ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]> {
    return getJobs(this.#store, ids);
  }

  list(request: ListRequest): Promise<readonly JobRecord[]> {
    return listJobs(this.#store, request);
  }

  count(filter: JobFilter): Promise<number> {
    return countJobs(this.#store, filter);
  }

  revoke(request: BulkRequest & { readonly reason: string; readonly retainMs: number }): Promise<BulkReply> {
    return changeMany(this.#store, request, { kind: "revoke", reason: request.reason, retainMs: request.retainMs });
  }

  retry(request: BulkRequest): Promise<BulkReply> {
    return changeMany(this.#store, request, { kind: "retry", reason: "", retainMs: 0 });
  }

  remove(request: BulkRequest): Promise<BulkReply> {
    return changeMany(this.#store, request, { kind: "remove", reason: "", retainMs: 0 });
  }

  pause(queue: string): Promise<void> {
    return this.#setPaused(queue, true);
  }

  resume(queue: string): Promise<void> {
    return this.#setPaused(queue, false);
  }

  async purge({ queue, dryRun }: { readonly queue: string; readonly dryRun: boolean }): Promise<{ removed: number }> {
    const selection = { filter: { queues: [queue], states: ["ready", "scheduled"] } } as const;
    const { changed } = await this.remove({ selection, dryRun });
    return { removed: changed };
  }

  queues(): Promise<readonly QueueStatistics[]> {
    return queueStatistics(this.#store);
  }

  workers(): Promise<readonly WorkerStatistics[]> {
    return workerStatistics(this.#store);
  }

  async #setPaused(queue: string, paused: boolean): Promise<void> {
    await this.#store.commands.run(
      "pause",
      pack((writer) => writer.array(2).text(queue).boolean(paused)),
    );
  }
}
