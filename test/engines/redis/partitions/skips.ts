/** Neither where jobs are beside each other: those of one queue may be anywhere. */
export const depthSkips: Readonly<Record<string, string>> = {
  "processes: depths hold across processes":
    "a limit is compared with the depths of a moment before, so that pushes of the same moment may together go over it",
};

const ORDER = "the order is kept within a partition, and these jobs are in several";

const ordered = [
  "order: equal priorities go by push order",
  "order: a higher priority goes first",
  "order: tasks and queues merge into one order",
  "order: a claim of many follows the same order as many claims of one",
  "order: a released job has kept its place",
  "order: one claim in 20 takes the oldest, one by one",
  "order: one claim in 20 takes the oldest, many at a time",
  "order: not more than one claim in 20 leaves the order of priority",
  "depth: a lost worker's jobs are counted where they are",
  "delay: promoted jobs keep their place and priority",
  "delay: promotion is bounded, and takes the first due first",
  "liveness: jobs that the worker never heard of are reclaimed, counting nothing",
  "steering: retry leaves other jobs alone",
  "steering: retry by filter, after a dry run",
  "steering: remove takes jobs away that are not active",
  "steering: purge empties a queue of what waits",
  "retention: unfinished jobs are never pruned",
  "retention: over the greatest number, the first to finish go first",
];

const DELAY = "a delay counts from the push, which takes several steps here: it may have passed on arrival";

/** Tests that rely on what holds within a partition. They run where their jobs are beside each other. */
export const spreadSkips: Readonly<Record<string, string>> = {
  ...Object.fromEntries(ordered.map((name) => [name, ORDER])),
  "delay: what remains due says so": DELAY,
  "delay: promoting at the same time promotes once": DELAY,
  "quarantine: after two crashes a job is given only to a process that runs nothing else":
    "that one waits is told by the partitions that a claim asks, which are all of them only in turn",
  "rescue: a rescue is bounded":
    "whose lease has lapsed, and who may rescue, is found by each partition for itself, so that a rescue may take fewer at a time",
};
