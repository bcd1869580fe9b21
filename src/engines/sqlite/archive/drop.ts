import type { JobVersion } from "../../../engine/index.ts";
import { isFinished } from "../../../kernel/state.ts";
import type { Work } from "../work.ts";
import { forget, standingJob } from "./standing.ts";

/** Removes those that are still finished and in their version; says how many. */
export function dropJobs(work: Work, jobs: readonly JobVersion[]): number {
  let dropped = 0;
  for (const { id, version } of jobs) {
    const job = standingJob(work, id);
    if (job === undefined || !isFinished(job.state) || job.version !== version) continue;
    forget(work, job);
    dropped += 1;
  }
  return dropped;
}
