import type { Ending, FinishedState, JobRecord, LinkCondition, Revocation } from "../kernel/job.ts";

/**
 * What the end of a job means for one that waits for it. `fill`: its slot has its value. `break`: it ends as the job did.
 * `skip`: it was there for what did not happen.
 */
export type LinkEffect = "fill" | "break" | "skip";

/** Whose job was there for a failure that did not happen, and so for nothing. */
export const SKIPPED: Revocation = { by: "workflow", reason: "It was to run after a failure, and there was none." };

/** How a job ended, for those who waited for it, that was removed before it ran. */
export const REMOVED: Revocation = { by: "caller", reason: "The job was removed." };

/**
 * Decides what follows for a link's target. The same on every engine; scripts and SQL say it in their own words.
 *
 * @example
 * if (linkEffect(link.on, job) === "fill") fill(target, link.slot, endingOf(job));
 */
export function linkEffect(
  on: LinkCondition,
  { state, revocation }: { readonly state: FinishedState; readonly revocation: Revocation | undefined },
): LinkEffect {
  if (state === "revoked" && revocation?.by === "workflow") return "skip";
  if (on === "end" || (on === "success") === (state === "succeeded")) return "fill";
  return on === "failure" ? "skip" : "break";
}

/** How a finished job ended, for a slot. */
export function endingOf({
  state,
  result,
  error,
  revocation,
}: Pick<JobRecord, "result" | "error" | "revocation"> & { readonly state: FinishedState }): Ending {
  switch (state) {
    case "succeeded":
      return { state, result };
    case "failed":
      return { state, error: error ?? { name: "Error", message: "no error was recorded" } };
    case "revoked":
      return {
        state,
        revocation: { by: revocation?.by ?? "caller", reason: revocation?.reason ?? "no reason was given" },
      };
  }
}
