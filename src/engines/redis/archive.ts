import type { Archive, FinishedJob, JobVersion } from "../../engine/index.ts";
import type { JobRecord } from "../../kernel/job.ts";
import { isFinished } from "../../kernel/state.ts";
import { getJobs } from "./inspect/get.ts";
import { writeNode } from "./jobs/node.ts";
import { payloadKind, writePayload } from "./jobs/payload.ts";
import { numberOf } from "./jobs/states.ts";
import type { Store } from "./store.ts";
import { pack, type Writer } from "./wire/writer.ts";

const VALUES_PER_JOB = 25;
const NONE = -1;
// No script holds the server for more than a few milliseconds.
const JOBS_PER_STEP = 500;

/** Finished jobs on their way from one engine to another. */
export class RedisArchive implements Archive {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async ended({ max, forMs }: { readonly max: number; readonly forMs: number }): Promise<readonly FinishedJob[]> {
    const request = pack((writer) => writer.array(2).number(max).number(forMs));
    const reader = await this.#store.commands.run("ended", request);
    const ids: string[] = [];
    const retentions: number[] = [];
    for (let left = reader.array() / 2; left > 0; left -= 1) {
      ids.push(reader.text());
      retentions.push(reader.number());
    }
    const records = await getJobs(this.#store, ids);
    return records.flatMap((record, index) =>
      // Between the two reads one may have been retried or removed.
      record !== undefined && isFinished(record.state) ? [{ record, retainMs: retentions[index] ?? 0 }] : [],
    );
  }

  async store(jobs: readonly FinishedJob[]): Promise<void> {
    for (let from = 0; from < jobs.length; from += JOBS_PER_STEP) {
      const part = jobs.slice(from, from + JOBS_PER_STEP);
      const request = pack((writer) => {
        writer.array(part.length);
        for (const job of part) writeJob(writer, job);
      });
      await this.#store.commands.run("store", request);
    }
  }

  async drop(jobs: readonly JobVersion[]): Promise<{ readonly dropped: number }> {
    let dropped = 0;
    for (let from = 0; from < jobs.length; from += JOBS_PER_STEP) {
      const part = jobs.slice(from, from + JOBS_PER_STEP);
      const request = pack((writer) => {
        writer.array(part.length * 2);
        for (const { id, version } of part) writer.text(id).number(version);
      });
      dropped += (await this.#store.commands.run("drop", request)).number();
    }
    return { dropped };
  }
}

function writeJob(writer: Writer, { record, retainMs }: FinishedJob): void {
  writer.array(VALUES_PER_JOB).text(record.id).number(numberOf(record.state));
  writer.text(record.queue).text(record.task).number(record.priority);
  writer.number(record.ack === "early" ? 1 : 0).number(record.version);
  writer.number(record.fence).number(record.failures).number(record.crashes);
  writeInstants(writer, record);
  writer.number(retainMs).text(record.worker ?? "");
  writer.text(record.key ?? "").text(record.headers === undefined ? "" : JSON.stringify(record.headers));
  writePayload(writer, record.input);
  writePayload(writer, record.result);
  writer.text(record.error === undefined ? "" : JSON.stringify(record.error));
  writer.text(record.revocation?.by ?? "").text(record.revocation?.reason ?? "");
  writeProgress(writer, record);
  writeNodeOf(writer, record);
  writer.text(record.upstream ?? "");
}

function writeInstants(writer: Writer, { createdAt, dueAt, expiresAt, startedAt, finishedAt }: JobRecord): void {
  writer.array(5);
  for (const instant of [createdAt, dueAt, expiresAt, startedAt, finishedAt]) writer.number(instant ?? NONE);
}

function writeNodeOf(writer: Writer, { node }: JobRecord): void {
  writer.beginString();
  // It has been due.
  if (node !== undefined) writeNode(writer, node, undefined);
  writer.endString();
}

/** After a byte that says which kind it is. */
function writeProgress(writer: Writer, { progress }: JobRecord): void {
  writer.beginString();
  if (progress !== undefined) {
    writer.part(Uint8Array.of(payloadKind(progress)));
    writer.part(progress);
  }
  writer.endString();
}
