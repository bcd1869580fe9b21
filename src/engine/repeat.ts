import type { JobState, Outcome, Settlement, SettlementReply } from "../kernel/job.ts";

/** What a settlement finds of its job; `undefined` where there is none. */
export type SettledJob = { readonly state: JobState; readonly fence: number } | undefined;

/** The reply to a settlement whose claim has ended: by itself, when its first answer was lost, or by another hand. */
export function answerRepeat(
  { fence, outcome }: Pick<Settlement, "fence" | "outcome">,
  job: SettledJob,
): SettlementReply {
  if (job === undefined || job.fence !== fence) return { status: "stale" };
  const expected = stateAfter(outcome);
  const isSame = job.state === expected || (job.state === "revoked" && expected !== "succeeded");
  return isSame ? { status: "applied", state: job.state } : { status: "stale" };
}

function stateAfter({ kind }: Outcome): JobState {
  switch (kind) {
    case "succeeded":
    case "failed":
    case "revoked":
      return kind;
    case "retried":
    case "snoozed":
      return "scheduled";
    case "released":
      return "ready";
    case "replaced":
      return "waiting";
  }
}
