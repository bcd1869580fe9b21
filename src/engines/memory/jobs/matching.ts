import type { JobFilter } from "../../../engine/inspect.ts";
import type { StoredJob } from "./job.ts";
import type { JobTable } from "./table.ts";

/** A walk over all jobs: this is for looking, and for tests. An empty list fits no job. */
export function matching(jobs: JobTable, { states, tasks, queues, workflow }: JobFilter): StoredJob[] {
  return [...jobs.all()].filter(
    (job) =>
      (states === undefined || states.includes(job.state)) &&
      (tasks === undefined || tasks.includes(job.task)) &&
      (queues === undefined || queues.includes(job.queue)) &&
      (workflow === undefined || job.node?.workflow === workflow),
  );
}
