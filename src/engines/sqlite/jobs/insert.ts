import { keyConflict } from "../../../engine/index.ts";
import type { IdempotencyKey, JobState, Payload } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { readNumber, readText } from "../database/row.ts";
import { instantOf, toInstant } from "../instant.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";
import type { JobShape } from "./push-wire.ts";

/**
 * Stores one job, unless its id or its idempotency key is there before. Returns the id of the job that was there.
 * @throws KeyConflict (`KEY_CONFLICT`), NotJson (`NOT_JSON`)
 */
export function insertJob(work: Work, id: string, input: Payload | undefined, shape: JobShape): string | undefined {
  const { nowMs } = work;
  const holder = shape.key === undefined ? undefined : findHolder(work, shape.task, shape.key, id);
  if (holder !== undefined) return holder;
  const lane = work.lanes.of(shape.queue, shape.task);
  const dueAt = shape.due === undefined ? null : instantOf(shape.due, nowMs);
  const state: JobState = dueAt !== null && dueAt > nowMs ? "scheduled" : "ready";
  const inserted = work.statements
    .hot("jobs/insert")
    .run(
      id,
      lane.id,
      state,
      shape.priority,
      shape.ack === "early" ? 1 : 0,
      nowMs,
      dueAt,
      shape.expires === undefined ? null : instantOf(shape.expires, nowMs),
      shape.key?.key ?? null,
      shape.headers === undefined ? null : JSON.stringify(shape.headers),
      bindPayload(input, "input", id),
    );
  if (inserted === 0) return id;
  if (shape.key !== undefined) putKey(work, shape.task, shape.key, id);
  work.moved(lane, id, undefined, state);
  return undefined;
}

/** The job that a key names, if the key is still in force. */
function findHolder(work: Work, task: string, key: IdempotencyKey, id: string): string | undefined {
  const row = work.statements.named("keys/find").get({ task, key: key.key });
  if (row === undefined) return undefined;
  const holder = readText(row, 0);
  if (readNumber(row, 2) <= work.nowMs && !isUnfinished(work, holder)) return undefined;
  if (readText(row, 1) === key.inputHash || holder === id) return holder;
  throw keyConflict({ task, key: key.key, jobId: holder });
}

function isUnfinished(work: Work, id: string): boolean {
  const row = work.statements.named("jobs/standing-by-id").get({ id });
  return row !== undefined && !isFinished(readText(row, 3) as JobState);
}

function putKey(work: Work, task: string, { key, inputHash, ttlMs }: IdempotencyKey, job: string): void {
  const expiresAt = toInstant(work.nowMs + ttlMs);
  work.statements.named("keys/put").run({ task, key, job, input_hash: inputHash, expires_at: expiresAt });
}
