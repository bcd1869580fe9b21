import { type PushedJob, type PushReply, pushTooLate, queueFull } from "../../../engine/index.ts";
import { toErrorRecord } from "../../../kernel/error-record.ts";
import type { Work } from "../work.ts";
import { insertJob } from "./insert.ts";
import { idAt, inputAt, type PushReplyWire, type PushWire, shapeAt } from "./push-wire.ts";

/** Stores each request wholly or not at all. */
export function push(work: Work, wire: PushWire): PushReplyWire {
  const replies: (PushReply | undefined)[] = [];
  let from = 0;
  for (const [index, count] of wire.counts.entries()) {
    replies.push(pushRequest(work, wire, { index, from, to: from + count }));
    from += count;
  }
  return replies;
}

/** The place of one request's jobs on the wire. */
interface Place {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

function pushRequest(work: Work, wire: PushWire, place: Place): PushReply | undefined {
  const deadlineAt = wire.deadlines[place.index] ?? 0;
  if (work.nowMs > deadlineAt) return refused(pushTooLate(work.nowMs - deadlineAt));
  const maxDepth = wire.maxDepths.get(place.index);
  if (maxDepth === undefined && isOneRow(wire, place)) return pushOne(work, wire, place);
  return work.attempt(() => {
    const existing = insertAll(work, wire, place);
    if (maxDepth !== undefined) refuseOverfull(work, wire, place, { maxDepth, existing });
    return existing.size === 0 ? undefined : { status: "stored", jobs: pushedJobs(wire, place, existing) };
  }, refused);
}

/** A single job without a key, of no workflow, is stored by one statement, which needs no savepoint. */
function isOneRow(wire: PushWire, { from, to }: Place): boolean {
  if (to - from !== 1) return false;
  const { key, node } = shapeAt(wire, from);
  return key === undefined && node === undefined;
}

function pushOne(work: Work, wire: PushWire, { from }: Place): PushReply | undefined {
  try {
    const existing = insertJob(work, idAt(wire, from), inputAt(wire, from), shapeAt(wire, from));
    return existing === undefined ? undefined : { status: "stored", jobs: [{ id: existing, outcome: "existing" }] };
  } catch (error) {
    return work.refuse(error, refused);
  }
}

/** Returns, by the number of the job, the ids of those that were there before. */
function insertAll(work: Work, wire: PushWire, { from, to }: Place): ReadonlyMap<number, string> {
  const existing = new Map<number, string>();
  for (let job = from; job < to; job += 1) {
    const id = insertJob(work, idAt(wire, job), inputAt(wire, job), shapeAt(wire, job));
    if (id !== undefined) existing.set(job, id);
  }
  return existing;
}

function pushedJobs(wire: PushWire, { from, to }: Place, existing: ReadonlyMap<number, string>): PushedJob[] {
  const jobs: PushedJob[] = [];
  for (let job = from; job < to; job += 1) {
    const id = existing.get(job);
    jobs.push(id === undefined ? { id: idAt(wire, job), outcome: "created" } : { id, outcome: "existing" });
  }
  return jobs;
}

interface Depths {
  readonly maxDepth: Readonly<Record<string, number>>;
  readonly existing: ReadonlyMap<number, string>;
}

/** @throws QueueFull (`QUEUE_FULL`) where a queue that this request has added to is over its limit. */
function refuseOverfull(work: Work, wire: PushWire, { from, to }: Place, { maxDepth, existing }: Depths): void {
  const added = new Map<string, number>();
  for (let job = from; job < to; job += 1) {
    const { queue } = shapeAt(wire, job);
    if (!existing.has(job)) added.set(queue, (added.get(queue) ?? 0) + 1);
  }
  for (const [queue, count] of added) {
    // A queue may be called "constructor": only the request's own entries count.
    const limit = Object.hasOwn(maxDepth, queue) ? maxDepth[queue] : undefined;
    const depth = work.lanes.depth(queue) - count;
    if (limit !== undefined && depth + count > limit) throw queueFull({ queue, depth, maxDepth: limit });
  }
}

function refused(error: unknown): PushReply {
  return { status: "refused", error: toErrorRecord(error) };
}
