import { CRASHES_BEFORE_QUARANTINE, workerLost } from "../../../engine/endings.ts";
import { finish, makeReady } from "../jobs/finish.ts";
import type { Work } from "../work.ts";
import type { ActiveJob } from "./active.ts";

/** What becomes of a job that no worker will settle: the state it is given. `crashes`: 1 where it may have caused it. */
export function giveBack(
  work: Work,
  job: ActiveJob,
  loss: { readonly worker: string; readonly crashes: 0 | 1; readonly retainMs: number },
): "ready" | "failed" | "revoked" {
  const { crashes, retainMs } = loss;
  if (job.revocation !== undefined) {
    finish(work, job, { state: "revoked", retainMs, revocation: job.revocation, crashes });
    return "revoked";
  }
  if (job.isEarly || job.crashes + crashes > CRASHES_BEFORE_QUARANTINE) {
    const error = workerLost(loss.worker, job.isEarly ? "early" : "crashes");
    finish(work, job, { state: "failed", retainMs, error, crashes });
    return "failed";
  }
  makeReady(work, job, crashes);
  return "ready";
}
