import { toErrorRecord } from "../../../kernel/error-record.ts";
import type { Outcome, Settlement, SettlementReply } from "../../../kernel/job.ts";
import { revoke } from "./end.ts";
import { copyPayload, instantOf, type StoredJob } from "./job.ts";
import type { Push } from "./push.ts";
import type { JobTable } from "./table.ts";

/** Ends claims: the outcome and what follows from it together, or not at all. */
export class Settle {
  readonly #jobs: JobTable;
  readonly #push: Push;

  constructor(jobs: JobTable, push: Push) {
    this.#jobs = jobs;
    this.#push = push;
  }

  run(settlement: Settlement, now: number): SettlementReply {
    const job = this.#jobs.get(settlement.id);
    if (job === undefined) return { status: "stale" };
    if (job.state !== "active" || job.fence !== settlement.fence) return answerRepeat(job, settlement);
    const followUps = settlement.effects.map((effect) => effect.job);
    const plan = this.#push.plan(followUps, {}, now);
    if (plan instanceof Error) return { status: "refused", error: toErrorRecord(plan) };
    const { kind } = settlement.outcome;
    this.#apply(job, settlement.outcome, now);
    job.settled = { fence: settlement.fence, kind, state: job.state };
    // Nobody waits for the jobs that were to replace one whose end a caller asked for.
    if (kind !== "replaced" || job.settled.state === "waiting") this.#push.carryOut(plan, now);
    return { status: "applied", state: job.state };
  }

  #apply(job: StoredJob, outcome: Outcome, now: number): void {
    // What was done is done: success stands even where a caller asked for the end. Any other outcome gives way.
    if (job.revocation !== undefined && outcome.kind !== "succeeded") {
      revoke(this.#jobs, job, job.revocation, now, failureOf(job, outcome));
      return;
    }
    switch (outcome.kind) {
      case "succeeded": {
        const result = copyPayload(outcome.result);
        const end = { finishedAt: now, pruneAt: now + outcome.retainMs };
        this.#jobs.change(job, "succeeded", { result, revocation: undefined, ...end });
        return;
      }
      case "failed": {
        const end = { finishedAt: now, pruneAt: now + outcome.retainMs };
        this.#jobs.change(job, "failed", { ...failureOf(job, outcome), ...end });
        return;
      }
      case "revoked":
        revoke(this.#jobs, job, { by: outcome.by, reason: outcome.reason, retainMs: outcome.retainMs }, now);
        return;
      case "retried":
      case "snoozed":
        this.#jobs.change(job, "scheduled", { ...failureOf(job, outcome), dueAt: instantOf(outcome.due, now) });
        return;
      case "released":
        this.#jobs.change(job, "ready", {});
        return;
      case "replaced":
        job.node ??= { workflow: job.id, slots: 0, links: [] };
        job.filled = job.filled.filter(({ slot }) => slot !== outcome.slot);
        job.delay = undefined;
        this.#jobs.change(job, "waiting", { awaited: 1, dueAt: undefined });
        return;
    }
  }
}

/** An attempt that ended in an error counts, whatever becomes of the job. */
function failureOf(job: StoredJob, outcome: Outcome): Pick<Partial<StoredJob>, "error" | "failures"> {
  const isFailure = outcome.kind === "failed" || outcome.kind === "retried";
  return isFailure ? { error: outcome.error, failures: job.failures + 1 } : {};
}

function answerRepeat(job: StoredJob, settlement: Settlement): SettlementReply {
  const { settled } = job;
  const isRepeat = settled?.fence === settlement.fence && settled.kind === settlement.outcome.kind;
  return isRepeat ? { status: "applied", state: settled.state } : { status: "stale" };
}
