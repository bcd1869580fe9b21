import type { PushReply } from "../../../engine/index.ts";
import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob } from "../../../kernel/job.ts";
import { skipMarks } from "../history.ts";
import { decodePushReply } from "../jobs/push-wire.ts";
import { shapeJobs, writeShapedJobs } from "../jobs/shapes.ts";
import type { Partition } from "../partition.ts";
import type { Reader } from "../wire/reader.ts";
import { pack } from "../wire/writer.ts";
import { all, type Partitions } from "./partitions.ts";

/** What the partitions answer to jobs that are to be stored in several of them. */
export interface Reservation {
  /** Why they cannot be stored: then no key is held. */
  readonly refusal: ErrorRecord | undefined;
  /** By place among the jobs, the ids that answer to their ids or keys already. */
  readonly existing: ReadonlyMap<number, string>;
  /** Those that are not there yet; nobody else can have their keys for a while. */
  readonly fresh: readonly NewJob[];
}

/**
 * Holds the keys of jobs that are stored a moment later, by a step that reaches one partition only. May be repeated; where it
 * fails, or its caller does, they lapse.
 */
export async function reserve(partitions: Partitions, jobs: readonly NewJob[]): Promise<Reservation> {
  const entries = jobs.map((job, index) => ({ job, index }));
  const replies = await all([...partitions.group(entries, ({ job }) => job.id)], async ([partition, group]) => {
    const request = { jobs: group.map(({ job }) => job), maxDepth: {}, deadlineAt: 0 };
    const [reply] = decodePushReply([request], await ask(partition, request.jobs, []));
    return { indexes: group.map(({ index }) => index), reply };
  });
  const existing = new Map(replies.flatMap(({ indexes, reply }) => existingOf(indexes, reply)));
  const fresh = jobs.filter((_, index) => !existing.has(index));
  const refusal = replies.map(({ reply }) => refusalOf(reply)).find((error) => error !== undefined);
  if (refusal !== undefined) await unreserve(partitions, fresh);
  return { refusal, existing, fresh };
}

/** Gives up the keys of jobs that were reserved and will not be stored. */
export async function unreserve(partitions: Partitions, jobs: readonly NewJob[]): Promise<void> {
  const keyed = jobs.filter(({ key }) => key !== undefined);
  await all([...partitions.group(keyed, ({ id }) => id)], async ([{ store }, group]) => {
    const request = pack((writer) => {
      writer.array(group.length * 3);
      for (const { id, task, key } of group)
        writer
          .text(task)
          .text(key?.key ?? "")
          .text(id);
    });
    await store.commands.run("unreserve", request);
  });
}

/** The unfinished jobs of queues in one partition, in the order of the queues. */
export async function depthsIn(partition: Partition, queues: readonly string[]): Promise<readonly number[]> {
  const reader = await ask(partition, [], queues);
  decodePushReply([], reader);
  return Array.from({ length: reader.array() }, () => reader.number());
}

async function ask({ store }: Partition, jobs: readonly NewJob[], queues: readonly string[]): Promise<Reader> {
  const request = pack((writer) => {
    writer.array(3);
    writeShapedJobs(writer, shapeJobs(jobs));
    writer.texts(queues);
  });
  const reader = await store.commands.run("reserve", request);
  skipMarks(reader);
  return reader;
}

function existingOf(indexes: readonly number[], reply: PushReply | undefined): [number, string][] {
  if (reply?.status !== "stored") return [];
  return indexes.flatMap((index, place): [number, string][] => {
    const pushed = reply.jobs[place];
    return pushed?.outcome === "existing" ? [[index, pushed.id]] : [];
  });
}

function refusalOf(reply: PushReply | undefined): ErrorRecord | undefined {
  return reply?.status === "refused" ? reply.error : undefined;
}
