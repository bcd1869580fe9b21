import type { DueRecords, Records, RecordWrite, StoredRecord, WriteReply } from "../../../engine/index.ts";
import { fromErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob } from "../../../kernel/job.ts";
import { checkJob } from "../jobs/shapes.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";
import { findMisplaced } from "./placement.ts";
import { preparePosting } from "./posting.ts";
import { unreserve } from "./reservation.ts";

/** Records are few, and written together: all of them are in the first partition, wherever the jobs go that are pushed with them. */
export class PartitionedRecords implements Records {
  readonly #partitions: Partitions;
  readonly #outbox: Outbox;

  constructor(partitions: Partitions, outbox: Outbox) {
    this.#partitions = partitions;
    this.#outbox = outbox;
  }

  get(kind: string, ids: readonly string[]): Promise<readonly (StoredRecord | undefined)[]> {
    return this.#partitions.first.records.get(kind, ids);
  }

  list(request: Parameters<Records["list"]>[0]): Promise<readonly StoredRecord[]> {
    return this.#partitions.first.records.list(request);
  }

  due(request: Parameters<Records["due"]>[0]): Promise<DueRecords> {
    return this.#partitions.first.records.due(request);
  }

  /** @throws IdMisplaced (`ID_MISPLACED`), KeyConflict (`KEY_CONFLICT`), NotJson (`NOT_JSON`) */
  async write(writes: readonly RecordWrite[], jobs: readonly NewJob[]): Promise<WriteReply> {
    for (const job of jobs) checkJob(job);
    const { first } = this.#partitions;
    const misplaced = findMisplaced(this.#partitions, jobs);
    if (misplaced !== undefined) throw fromErrorRecord(misplaced);
    const { near, letters, refusal } = await preparePosting(this.#partitions, first, jobs);
    if (refusal !== undefined) throw fromErrorRecord(refusal);
    const reply = await first.records.write(
      writes,
      near,
      letters.map(({ packed }) => packed),
    );
    if (reply.status === "written") await this.#outbox.tryToDeliver(first, letters);
    else
      await unreserve(
        this.#partitions,
        letters.flatMap((letter) => letter.jobs),
      );
    return reply;
  }
}
