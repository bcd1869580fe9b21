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
import type { BulkAction, BulkPlace, BulkStepReply } from "../inspect/bulk.ts";
import type { Channel } from "./channel.ts";

// Ids in one transaction, as many as rows of a step by filter.
const IDS_PER_STEP = 1_000;

/** Looking at jobs and steering them, as the main thread reaches it. */
export class SqliteInspect implements Inspect {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get(ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]> {
    return this.#channel.call("get", ids);
  }

  list(request: ListRequest): Promise<readonly JobRecord[]> {
    return this.#channel.call("list", request);
  }

  count(filter: JobFilter): Promise<number> {
    return this.#channel.call("count", filter);
  }

  revoke(request: BulkRequest & { readonly reason: string; readonly retainMs: number }): Promise<BulkReply> {
    return this.#bulk(request, { kind: "revoke", reason: request.reason, retainMs: request.retainMs });
  }

  retry(request: BulkRequest): Promise<BulkReply> {
    return this.#bulk(request, { kind: "retry" });
  }

  remove(request: BulkRequest): Promise<BulkReply> {
    return this.#bulk(request, { kind: "remove" });
  }

  async pause(queue: string): Promise<void> {
    await this.#channel.call("pause", { queue, paused: true });
  }

  async resume(queue: string): Promise<void> {
    await this.#channel.call("pause", { queue, paused: false });
  }

  async purge({ queue, dryRun }: { readonly queue: string; readonly dryRun: boolean }): Promise<{ removed: number }> {
    const selection = { filter: { queues: [queue], states: ["ready", "scheduled"] } } as const;
    const { changed } = await this.#bulk({ selection, dryRun }, { kind: "remove" });
    return { removed: changed };
  }

  queues(): Promise<readonly QueueStatistics[]> {
    return this.#channel.call("queues", undefined);
  }

  workers(): Promise<readonly WorkerStatistics[]> {
    return this.#channel.call("workers", undefined);
  }

  #bulk({ selection, dryRun }: BulkRequest, action: BulkAction): Promise<BulkReply> {
    if ("ids" in selection) return this.#byIds(selection.ids, action, dryRun);
    return dryRun ? this.#countOnly(selection.filter, action) : this.#byFilter(selection.filter, action);
  }

  async #byIds(ids: readonly string[], action: BulkAction, dryRun: boolean): Promise<BulkReply> {
    const parts: BulkReply[] = [];
    for (let from = 0; from < ids.length; from += IDS_PER_STEP) {
      const part = ids.slice(from, from + IDS_PER_STEP);
      parts.push(await this.#channel.call("bulk", { by: "ids", action, ids: part, dryRun }));
    }
    return {
      changed: parts.reduce((sum, { changed }) => sum + changed, 0),
      skipped: parts.flatMap(({ skipped }) => skipped),
    };
  }

  async #byFilter(filter: JobFilter, action: BulkAction): Promise<BulkReply> {
    let changed = 0;
    let place: BulkPlace | undefined = { after: 0, last: undefined };
    while (place !== undefined) {
      const step: BulkStepReply = await this.#channel.call("bulk", { by: "filter", action, filter, place });
      changed += step.changed;
      place = step.next;
    }
    return { changed, skipped: [] };
  }

  async #countOnly(filter: JobFilter, action: BulkAction): Promise<BulkReply> {
    const { changed, skipped } = await this.#channel.call("bulk", { by: "count", action, filter });
    return { changed, skipped };
  }
}
