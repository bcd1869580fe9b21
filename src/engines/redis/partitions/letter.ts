import { LAST_INSTANT } from "../../../kernel/instant.ts";
import type { NewJob, When } from "../../../kernel/job.ts";
import { encodePush } from "../jobs/push-wire.ts";
import type { Partition } from "../partition.ts";

/** Jobs on their way to a partition. */
export interface Letter {
  readonly to: Partition;
  readonly jobs: readonly NewJob[];
  /** As it is kept in an outbox: the number of the partition, in two bytes, and a request as `scripts/push.lua` takes it. */
  readonly packed: Buffer;
}

const HEAD_BYTES = 2;
export function writeLetter(to: Partition, jobs: readonly NewJob[]): Letter {
  const nowMs = Date.now() + to.store.serverAheadMs;
  // What has been posted is stored, whenever it arrives. Each for itself: a key that is given away meanwhile concerns its own job only.
  const requests = jobs.map((job) => ({ jobs: [dated(job, nowMs)], maxDepth: {}, deadlineAt: LAST_INSTANT }));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(to.number);
  return { to, jobs, packed: Buffer.concat([head, encodePush(requests, 0)]) };
}

/** Of a letter that somebody else has posted: to which partition, and the request. */
export function openLetter(packed: Buffer): { readonly to: number; readonly request: Buffer } {
  return { to: packed.readUInt16BE(), request: packed.subarray(HEAD_BYTES) };
}

/** Its times count from now, and not from its arrival. The delay of a job that waits begins later in any case. */
function dated(job: NewJob, nowMs: number): NewJob {
  const waits = (job.node?.slots ?? 0) > 0;
  return { ...job, due: waits ? job.due : from(nowMs, job.due), expires: from(nowMs, job.expires) };
}

function from(nowMs: number, when: When | undefined): When | undefined {
  return when !== undefined && "afterMs" in when ? { at: Math.ceil(nowMs + when.afterMs) } : when;
}
