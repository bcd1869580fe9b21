import type { PushedJob, PushReply, PushRequest } from "../../../engine/index.ts";
import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { LovageError } from "../../../kernel/errors.ts";
import type { Reader } from "../wire/reader.ts";
import { pack } from "../wire/writer.ts";
import { readRefusal } from "./refusal.ts";
import { checkJob, shapeJobs, writeShapedJobs } from "./shapes.ts";

const VALUES_PER_REQUEST = 3;

/** Why a request cannot be sent at all, if so. */
export function findMistake({ jobs }: PushRequest): ErrorRecord | undefined {
  try {
    for (const job of jobs) checkJob(job);
    return undefined;
  } catch (error) {
    if (error instanceof LovageError) return toErrorRecord(error);
    throw error;
  }
}

/** `serverAheadMs`: added to an instant of this process it is one of the server. */
export function encodePush(requests: readonly PushRequest[], serverAheadMs: number): Buffer {
  const jobs = requests.length === 1 ? (requests[0]?.jobs ?? []) : requests.flatMap((request) => request.jobs);
  return pack((writer) => {
    writer.array(3);
    writeShapedJobs(writer, shapeJobs(jobs));
    writer.array(requests.length * VALUES_PER_REQUEST);
    for (const request of requests) {
      const limits = Object.entries(request.maxDepth);
      writer.number(request.jobs.length).number(request.deadlineAt + serverAheadMs);
      if (limits.length === 0) {
        writer.boolean(false);
        continue;
      }
      writer.array(limits.length * 2);
      for (const [queue, limit] of limits) writer.text(queue).number(limit);
    }
  });
}

/** Answers for each request: those that the reply does not mention were stored, every job of them new. */
export function decodePushReply(requests: readonly PushRequest[], reader: Reader): PushReply[] {
  const replies = requests.map(allCreated);
  for (let left = reader.array() / 2; left > 0; left -= 1) {
    const index = reader.number();
    const request = requests[index];
    if (request !== undefined) replies[index] = readReply(request, reader);
  }
  return replies;
}

function allCreated({ jobs }: PushRequest): PushReply {
  return { status: "stored", jobs: jobs.map(({ id }) => ({ id, outcome: "created" })) };
}

function readReply({ jobs }: PushRequest, reader: Reader): PushReply {
  const start = reader.place();
  const length = reader.array();
  // The numbers of jobs, or a refusal's code.
  if (!reader.isNumber) {
    reader.moveTo(start);
    return { status: "refused", error: readRefusal(reader) };
  }
  const replies: PushedJob[] = jobs.map(({ id }) => ({ id, outcome: "created" }));
  for (let left = length / 2; left > 0; left -= 1)
    replies[reader.number()] = { id: reader.text(), outcome: "existing" };
  return { status: "stored", jobs: replies };
}

/** Of the reply to requests that are not at hand, why some were refused. */
export function readRefusals(reader: Reader): ErrorRecord[] {
  const refusals: ErrorRecord[] = [];
  for (let left = reader.array() / 2; left > 0; left -= 1) {
    reader.number();
    // How many of its jobs there are does not matter, only that they are all there.
    const request = { jobs: [], maxDepth: {}, deadlineAt: 0 };
    const reply = readReply(request, reader);
    if (reply.status === "refused") refusals.push(reply.error);
  }
  return refusals;
}
