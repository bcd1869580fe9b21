import type { SQLInputValue } from "node:sqlite";
import { keyConflict } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { IdempotencyKey, Payload, When, WorkflowNode } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { readNumber, readText } from "../database/row.ts";
import { instantOf } from "../instant.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";
import { findJob } from "./found-job.ts";
import type { JobShape } from "./push-wire.ts";
import { nodeText } from "./workflow/node.ts";
import { createSlots } from "./workflow/slots.ts";

/**
 * Stores one job, unless its id or its idempotency key is there before. Returns the id of the job that was there.
 * @throws KeyConflict (`KEY_CONFLICT`), NotJson (`NOT_JSON`)
 */
export function insertJob(work: Work, id: string, input: Payload | undefined, shape: JobShape): string | undefined {
  const { nowMs } = work;
  const { key, node } = shape;
  const holder = key === undefined ? undefined : findHolder(work, shape.task, key, id);
  if (holder !== undefined) return holder;
  const lane = work.lanes.of(shape.queue, shape.task);
  const isWaiting = node !== undefined && node.slots > 0;
  const dueAt = shape.due === undefined || isWaiting ? null : instantOf(shape.due, nowMs);
  const state = isWaiting ? "waiting" : stateWhenDue(dueAt, nowMs);
  const values: readonly SQLInputValue[] = [
    id,
    lane.id,
    state,
    shape.priority,
    shape.ack === "early" ? 1 : 0,
    nowMs,
    dueAt,
    shape.expires === undefined ? null : instantOf(shape.expires, nowMs),
    key?.key ?? null,
    shape.headers === undefined ? null : JSON.stringify(shape.headers),
    bindPayload(input, "input", id),
  ];
  const isNew = node === undefined ? insertPlain(work, values) : insertNode(work, values, node, shape.due);
  if (!isNew) return id;
  if (key !== undefined) putKey(work, shape.task, key, id);
  work.moved(lane, id, undefined, state);
  return undefined;
}

/** Of a job that waits for nothing but its time. */
export function stateWhenDue(dueAt: number | null, nowMs: number): "scheduled" | "ready" {
  return dueAt !== null && dueAt > nowMs ? "scheduled" : "ready";
}

function insertPlain(work: Work, values: readonly SQLInputValue[]): boolean {
  return work.statements.hot("jobs/insert").run(...values) === 1;
}

function insertNode(work: Work, values: readonly SQLInputValue[], node: WorkflowNode, due: When | undefined): boolean {
  const isWaiting = node.slots > 0;
  const row = work.statements.hot("jobs/insert-node").get(...values, nodeText(node, isWaiting ? due : undefined));
  if (row !== undefined && isWaiting) createSlots(work, readNumber(row, 0), node.slots);
  return row !== undefined;
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
  const job = findJob(work, id);
  return job !== undefined && !isFinished(job.state);
}

function putKey(work: Work, task: string, { key, inputHash, ttlMs }: IdempotencyKey, job: string): void {
  const expiresAt = storedInstant(work.nowMs + ttlMs);
  work.statements.named("keys/put").run({ task, key, job, input_hash: inputHash, expires_at: expiresAt });
}
