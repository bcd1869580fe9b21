import type { Work } from "../work.ts";
import type { FoundJob } from "./finish.ts";

/** Removes a job and its progress. Its idempotency key stays until it lapses. */
export function removeJob(work: Work, { sequence, id, lane, state }: FoundJob): void {
  work.statements.hot("jobs/delete").run(sequence);
  work.statements.hot("jobs/delete-progress").run(sequence);
  work.moved(lane, id, state, undefined);
}
