import type { DueRecords, Records, RecordWrite, StoredRecord, WriteReply } from "../../../engine/index.ts";
import { fromErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob } from "../../../kernel/job.ts";
import type { DueRequest, RecordListRequest } from "../records/read.ts";
import type { Channel } from "./channel.ts";

/** Records, as the main thread reaches them. */
export class SqliteRecords implements Records {
  readonly #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get(kind: string, ids: readonly string[]): Promise<readonly (StoredRecord | undefined)[]> {
    return this.#channel.call("getRecords", { kind, ids });
  }

  list(request: RecordListRequest): Promise<readonly StoredRecord[]> {
    return this.#channel.call("listRecords", request);
  }

  due(request: DueRequest): Promise<DueRecords> {
    return this.#channel.call("dueRecords", request);
  }

  /** @throws KeyConflict (`KEY_CONFLICT`), NotJson (`NOT_JSON`) and what `push` refuses besides. */
  async write(writes: readonly RecordWrite[], jobs: readonly NewJob[]): Promise<WriteReply> {
    const reply = await this.#channel.call("writeRecords", { writes, jobs });
    if (reply.status === "refused") throw fromErrorRecord(reply.error);
    return reply;
  }
}
