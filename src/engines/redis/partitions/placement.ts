import { type ErrorRecord, toErrorRecord } from "../../../kernel/error-record.ts";
import { IdMisplaced } from "../../../kernel/errors.ts";
import type { NewJob } from "../../../kernel/job.ts";
import type { Partitions } from "./partitions.ts";

/**
 * Why jobs cannot be stored in the partitions of their ids, if so: an operation on a job also finds its key, or follows its
 * links, and must find all of that in one partition. Whoever made the ids could have known.
 */
export function findMisplaced(partitions: Partitions, jobs: readonly NewJob[]): ErrorRecord | undefined {
  for (const job of jobs) {
    const mistake = mistakeOf(partitions, job);
    if (mistake !== undefined) return toErrorRecord(new IdMisplaced(mistake, { details: { jobId: job.id } }));
  }
  return undefined;
}

function mistakeOf(partitions: Partitions, { id, task, key, node }: NewJob): string | undefined {
  const own = partitions.of(id);
  if (key !== undefined && partitions.ofKey(task, key.key) !== own)
    return `Job ${id} is in another partition than its key ${JSON.stringify(key.key)}; nothing was stored. Make its id by newIdOfKey, and those of the jobs that it has links to by newIdBeside.`;
  const far = node?.links.find(({ to }) => partitions.of(to) !== own);
  if (far === undefined) return undefined;
  return `Job ${id} has a link to job ${far.to}, which is in another partition; nothing was stored. Make the ids of a workflow by newIdBeside.`;
}
