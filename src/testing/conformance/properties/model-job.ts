import type { JobState, Outcome, SettlementReply } from "../../../kernel/job.ts";

/** What the model knows of a job. */
export interface ModelJob {
  readonly id: string;
  readonly queue: string;
  readonly priority: number;
  /** Place in the order of pushes. */
  readonly order: number;
  readonly ack: "late" | "early";
  state: JobState;
  /** Ready at the next promotion, if it is scheduled. */
  isDue: boolean;
  /** Past its expiry: never claimed, and revoked by whoever meets it. */
  expired: boolean;
  failures: number;
  crashes: number;
  fence: number;
  worker: string | undefined;
  result: string | undefined;
  isAskedToEnd: boolean;
  settled: { readonly fence: number; readonly kind: Outcome["kind"]; readonly state: JobState } | undefined;
}

/** Applies the outcome of the job's present claim, and says the state that follows. */
export function settleModel(job: ModelJob, outcome: Outcome): JobState {
  if (outcome.kind === "failed" || outcome.kind === "retried") job.failures += 1;
  job.state = job.isAskedToEnd && outcome.kind !== "succeeded" ? "revoked" : stateAfter(outcome);
  if (outcome.kind === "succeeded") job.result = String(outcome.result);
  // Retries and snoozes of the walk are due at once.
  job.isDue = job.state === "scheduled";
  job.isAskedToEnd = false;
  job.settled = { fence: job.fence, kind: outcome.kind, state: job.state };
  return job.state;
}

function stateAfter(outcome: Outcome): JobState {
  switch (outcome.kind) {
    case "succeeded":
    case "failed":
    case "revoked":
      return outcome.kind;
    case "retried":
    case "snoozed":
      return "scheduled";
    case "released":
      return "ready";
    case "replaced":
      return "waiting";
  }
}

/** Taken back from a worker that never heard of it, or said good-bye. */
export function giveBackModel(job: ModelJob): void {
  if (job.isAskedToEnd) job.state = "revoked";
  else job.state = job.ack === "early" ? "failed" : "ready";
  job.isAskedToEnd = false;
}

/** Taken from a worker that was lost. */
export function crashModel(job: ModelJob): void {
  job.crashes += 1;
  if (job.isAskedToEnd) {
    giveBackModel(job);
    return;
  }
  job.state = job.ack === "early" || job.crashes > 2 ? "failed" : "ready";
}

export function retryModel(job: ModelJob): void {
  job.state = "ready";
  job.failures = 0;
  job.crashes = 0;
  job.expired = false;
}

/**
 * What may be answered to the settlement of a claim that is not the job's present one. An engine need not remember
 * settlements: under the job's last fence it may take one for the repeat of what brought the job where it is.
 */
export function mayAnswerEnded(job: ModelJob, fence: number, kind: Outcome["kind"], reply: SettlementReply): boolean {
  if (reply.status !== "applied") return reply.status === "stale";
  const isRepeat = job.settled?.fence === fence && job.settled.kind === kind;
  return isRepeat || (job.fence === fence && job.state === reply.state);
}
