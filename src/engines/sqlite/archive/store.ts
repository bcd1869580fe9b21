import type { FinishedJob } from "../../../engine/index.ts";
import { storedInstant } from "../../../kernel/instant.ts";
import type { JobRecord } from "../../../kernel/job.ts";
import { isFinished } from "../../../kernel/state.ts";
import { readNumber } from "../database/row.ts";
import type { Parameters } from "../database/statement.ts";
import { nodeText } from "../jobs/workflow/node.ts";
import { bindPayload } from "../payload.ts";
import type { Work } from "../work.ts";
import { forget, standingJob } from "./standing.ts";

/** Keeps finished jobs of another engine, in the order in which they come. */
export function storeJobs(work: Work, jobs: readonly FinishedJob[]): void {
  for (const { record, retainMs } of jobs) {
    const known = standingJob(work, record.id);
    if (known !== undefined && (!isFinished(known.state) || known.version >= record.version)) continue;
    if (known !== undefined) forget(work, known);
    const lane = work.lanes.of(record.queue, record.task);
    const row = work.statements.named("archive/store").get({ lane: lane.id, ...toParameters(record, retainMs) });
    work.lanes.move(lane, undefined, record.state);
    const progress = bindPayload(record.progress, "progress", record.id);
    if (progress === null || row === undefined) continue;
    work.statements.named("jobs/progress").run({ sequence: readNumber(row, 0), progress });
  }
}

function toParameters(record: JobRecord, retainMs: number): Parameters {
  const { id, state, priority, version, fence, failures, crashes, finishedAt = 0 } = record;
  return {
    ...{ id, state, priority, version, fence, failures, crashes },
    early: record.ack === "early" ? 1 : 0,
    created_at: record.createdAt,
    due_at: record.dueAt ?? null,
    expires_at: record.expiresAt ?? null,
    started_at: record.startedAt ?? null,
    finished_at: finishedAt,
    prune_at: storedInstant(finishedAt + retainMs),
    worker: record.worker ?? null,
    key: record.key ?? null,
    revoked_by: record.revocation?.by ?? null,
    revoked_reason: record.revocation?.reason ?? null,
    node: record.node === undefined ? null : nodeText(record.node),
    upstream: record.upstream ?? null,
    error: record.error === undefined ? null : JSON.stringify(record.error),
    headers: record.headers === undefined ? null : JSON.stringify(record.headers),
    input: bindPayload(record.input, "input", id),
    result: bindPayload(record.result, "result", id),
  };
}
