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
import type { Partitions } from "./partitions.ts";
import { mergeQueues, mergeWorkers } from "./statistics.ts";

/** Looking at jobs and steering them, wherever they are. */
export class PartitionedInspect implements Inspect {
  readonly #partitions: Partitions;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  get(ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]> {
    return this.#partitions.answer(
      ids,
      (id) => id,
      ({ inspect }, group) => inspect.get(group),
    );
  }

  async list(request: ListRequest): Promise<readonly JobRecord[]> {
    const pages = await this.#partitions.each(({ inspect }) => inspect.list(request));
    const newestFirst = pages.flat().sort((left, right) => (left.id < right.id ? 1 : -1));
    return newestFirst.slice(0, Math.max(0, request.limit));
  }

  async count(filter: JobFilter): Promise<number> {
    return sum(await this.#partitions.each(({ inspect }) => inspect.count(filter)));
  }

  revoke(request: BulkRequest & { readonly reason: string; readonly retainMs: number }): Promise<BulkReply> {
    return this.#change(request, (inspect, selection) => inspect.revoke({ ...request, selection }));
  }

  retry(request: BulkRequest): Promise<BulkReply> {
    return this.#change(request, (inspect, selection) => inspect.retry({ ...request, selection }));
  }

  remove(request: BulkRequest): Promise<BulkReply> {
    return this.#change(request, (inspect, selection) => inspect.remove({ ...request, selection }));
  }

  async pause(queue: string): Promise<void> {
    await this.#partitions.each(({ inspect }) => inspect.pause(queue));
  }

  async resume(queue: string): Promise<void> {
    await this.#partitions.each(({ inspect }) => inspect.resume(queue));
  }

  async purge(request: { readonly queue: string; readonly dryRun: boolean }): Promise<{ removed: number }> {
    const replies = await this.#partitions.each(({ inspect }) => inspect.purge(request));
    return { removed: sum(replies.map(({ removed }) => removed)) };
  }

  async queues(): Promise<readonly QueueStatistics[]> {
    return mergeQueues((await this.#partitions.each(({ inspect }) => inspect.queues())).flat());
  }

  async workers(): Promise<readonly WorkerStatistics[]> {
    return mergeWorkers((await this.#partitions.each(({ inspect }) => inspect.workers())).flat());
  }

  async #change(
    { selection }: BulkRequest,
    change: (inspect: Inspect, selection: BulkRequest["selection"]) => Promise<BulkReply>,
  ): Promise<BulkReply> {
    const replies = await ("ids" in selection
      ? this.#partitions.askEach(
          selection.ids,
          (id) => id,
          ({ inspect }, ids) => change(inspect, { ids }),
        )
      : this.#partitions.each(({ inspect }) => change(inspect, selection)));
    return {
      changed: sum(replies.map(({ changed }) => changed)),
      skipped: replies.flatMap(({ skipped }) => skipped),
    };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
