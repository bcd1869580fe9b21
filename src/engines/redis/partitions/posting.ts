import type { ErrorRecord } from "../../../kernel/error-record.ts";
import type { NewJob } from "../../../kernel/job.ts";
import type { Partition } from "../partition.ts";
import { type Letter, writeLetter } from "./letter.ts";
import type { Partitions } from "./partitions.ts";
import { reserve } from "./reservation.ts";

/** Jobs that are pushed with a step of one partition, into that one and others. */
export interface Posting {
  /** Those that the step itself can push. */
  readonly near: readonly NewJob[];
  /** The others, for the step to post. */
  readonly letters: readonly Letter[];
  /** Why they cannot be pushed, if so. */
  readonly refusal: ErrorRecord | undefined;
}

/** Takes the keys of those that go elsewhere, and leaves out those that are there already. */
export async function preparePosting(
  partitions: Partitions,
  from: Partition,
  jobs: readonly NewJob[],
): Promise<Posting> {
  const near = jobs.filter(({ id }) => partitions.of(id) === from);
  const far = jobs.filter(({ id }) => partitions.of(id) !== from);
  const isKeyed = far.some(({ key }) => key !== undefined);
  const { refusal, fresh } = isKeyed ? await reserve(partitions, far) : { refusal: undefined, fresh: far };
  if (refusal !== undefined) return { near, letters: [], refusal };
  const groups = [...partitions.group(fresh, ({ id }) => id)];
  return { near, letters: groups.map(([partition, group]) => writeLetter(partition, group)), refusal };
}
