import type { Archive, FinishedJob, JobVersion } from "../../../engine/index.ts";
import { all, type Partitions } from "./partitions.ts";

/** Finished jobs of all partitions, on their way from one engine to another. */
export class PartitionedArchive implements Archive {
  readonly #partitions: Partitions;

  constructor(partitions: Partitions) {
    this.#partitions = partitions;
  }

  async ended(request: { readonly max: number; readonly forMs: number }): Promise<readonly FinishedJob[]> {
    const found = (await this.#partitions.each(({ archive }) => archive.ended(request))).flat();
    return found.sort((left, right) => endOf(left) - endOf(right)).slice(0, request.max);
  }

  async store(jobs: readonly FinishedJob[]): Promise<void> {
    const groups = [...this.#partitions.group(jobs, ({ record }) => record.id)];
    await all(groups, ([{ archive }, group]) => archive.store(group));
  }

  async drop(jobs: readonly JobVersion[]): Promise<{ readonly dropped: number }> {
    const groups = [...this.#partitions.group(jobs, ({ id }) => id)];
    const replies = await all(groups, ([{ archive }, group]) => archive.drop(group));
    return { dropped: replies.reduce((sum, { dropped }) => sum + dropped, 0) };
  }
}

function endOf({ record }: FinishedJob): number {
  return record.finishedAt ?? 0;
}
