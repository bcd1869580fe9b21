import { skips } from "./skips.ts";

/** These end a job, and look at it then. */
const looking = [
  "push: the id of a finished job is there, too",
  "keys: a lapsed key of a finished job is free",
  "expiry: a claim revokes what it finds expired and takes the next",
  "expiry: upkeep revokes what expired unclaimed, ready or scheduled",
  "expiry: a job expires when its time comes, not before",
  "settle: success keeps the result",
  "settle: failure keeps the error, and counts",
  "settle: a handler's discard revokes",
  "settle: a repeat of what was applied is answered as applied, and changes nothing",
  "settle: a claim that has ended is stale",
  "settle: a finished job has one end",
  "settle: each settlement of a batch has its own answer",
  "settle: a second settlement of one claim in the same batch is stale",
  "progress: the latest is kept, also by the next attempt and by a success",
  "progress: an update whose claim has ended is dropped",
  "liveness: a good-bye fails what was acknowledged early",
  "liveness: an early job whose reply was lost has failed: it may have been meant to run once",
  "rescue: the settlement of a zombie is refused, and its beat tells it",
  "rescue: an early job of a lost worker has failed, and never runs again",
  "quarantine: a third crash, alone, fails it",
  "revoke: a job that waits ends at once",
  "revoke: what is finished or not there is skipped",
  "revoke: success stands against a revoke that came too late",
  "revoke: every other outcome of an active job gives way",
  "revoke: a lost worker's job that was to end ends",
  "revoke: given back, it ends as well",
  "revoke: by filter, the unfinished ones end",
  "inspect: list merges finished and live jobs into one order",
  "inspect: filters combine, and an empty list fits no job",
  "inspect: every change raises the version",
  "steering: purge leaves finished jobs",
  "changes: what was heard can be read",
  "payload: text comes back as it was, as input, result and progress",
  "payload: bytes come back as they were",
  "payload: 1 MB comes back",
  "payload: text that a store may not hold comes back as it was, or is refused alone",
  "hostile: an id that is not a UUID names a job all the same",
  "hostile: errors with any content are kept",
  "hostile: many jobs in one push and one exchange",
  "lost replies: a settlement whose answer was lost can be repeated",
  "workflow: its place in the workflow is on record",
  "workflow: a job of no workflow can be replaced",
  "workflow: a replaced job ends as its replacement does",
  "workflow: a replacement gives way to a revocation, and its jobs are not pushed",
  "workflow: the jobs of a workflow can be listed, counted and revoked, and no others",
  "workflow: a retry of the job that failed has those wait again that ended because of it",
  "workflow: of two that failed, both must be retried",
  "workflow: what never ran because of another cannot be retried itself",
  "workflow: a job that got its inputs keeps them from one attempt to the next, and when it is retried by hand",
  "workflow endings: where a job fails, those that wait for its success fail as it did",
  "workflow endings: where one of many fails, the one that waits for all ends once",
  "workflow endings: and by who waits for its success",
  "workflow endings: a revoked job takes those along that wait for its success, with the reason",
  "workflow endings: who waits for a failure of a job that never ran is told of the job that failed",
  "workflow endings: who waits for a failure that did not happen is skipped, and so are those behind it",
  "workflow endings: a job that waits can expire, and is heard then",
  "workflow endings: a failure ends a chain of 300 at once",
];

/** These retry a job that has ended. */
const retrying = [
  "depth: a queue's numbers follow the life of its jobs",
  "expiry: an expired job that is retried runs",
  "quarantine: a retry by hand forgets the crashes",
  "revoke: a revoked job that is retried runs",
  "steering: retry makes failed and revoked jobs ready, their failures forgotten",
  "steering: retry keeps what the job was",
  "steering: retry leaves other jobs alone",
  "steering: retry by filter, after a dry run",
  "retention: a retried job is kept",
  "arrival: a retry by hand wakes one",
  "changes: ends without a worker are heard",
];

/** These are about how long a job is kept. */
const keeping = [
  "retention: a finished job goes when its time has passed, not before",
  "retention: each job has its own retention, however it ended",
  "retention: pruning is bounded",
  "retention: over the greatest number, the first to finish go first",
  "retention: pruning at the same time prunes once",
];

/** This one repeats settlements after their jobs have gone, which counts as stale. */
const repeating = ["lost replies: with every third answer lost, each job is done once"];

/** Tests of the suite that cannot pass where a job that has ended is gone at once, each with its reason. */
export const skipsWithoutResults: Readonly<Record<string, string>> = {
  ...skips,
  ...reasoned(looking, "it looks at a job that has ended, and such a job is gone"),
  ...reasoned(retrying, "it retries a job that has ended, which is refused"),
  ...reasoned(keeping, "nothing that has ended is kept"),
  ...reasoned(repeating, "a settlement that is repeated after its job has gone is stale"),
};

function reasoned(names: readonly string[], reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, reason]));
}
