const ORDER = "the order is kept within a partition, and these jobs are in several";

/** What cannot hold where the jobs of a queue are in several partitions. */
export const skips: Readonly<Record<string, string>> = {
  "order: equal priorities go by push order": ORDER,
  "order: a higher priority goes first": ORDER,
  "order: tasks and queues merge into one order": ORDER,
  "order: a claim of many follows the same order as many claims of one": ORDER,
  "order: a released job has kept its place": ORDER,
  "order: one claim in 20 takes the oldest, one by one": ORDER,
  "order: one claim in 20 takes the oldest, many at a time": ORDER,
  "order: not more than one claim in 20 leaves the order of priority": ORDER,
  "processes: depths hold across processes":
    "a limit is compared with the depths of a moment before, so that pushes of the same moment may together go over it",
};
