/** One run of a job, as its handler wrote it down. */
export interface Run {
  readonly job: string;
  readonly pid: number;
  readonly fence: number;
  readonly startedAt: number;
  /** Absent where the handler did not come to its end. */
  readonly endedAt: number | undefined;
}

/** Reads lines of `job start|end pid fence instant`, by which handlers of any process say what they do. */
export function readRuns(text: string): readonly Run[] {
  const runs = new Map<string, Run>();
  for (const line of text.split("\n")) {
    const [job, what, pid, fence, at] = line.split(" ");
    if (job === undefined || at === undefined) continue;
    const key = `${job} ${pid} ${fence}`;
    const known = runs.get(key);
    if (what === "start")
      runs.set(key, { job, pid: Number(pid), fence: Number(fence), startedAt: Number(at), endedAt: undefined });
    else if (known !== undefined) runs.set(key, { ...known, endedAt: Number(at) });
  }
  return [...runs.values()];
}

/** The runs of each job, in the order in which they started. */
export function byJob(runs: readonly Run[]): ReadonlyMap<string, readonly Run[]> {
  const jobs = new Map<string, Run[]>();
  for (const run of [...runs].sort((a, b) => a.startedAt - b.startedAt))
    jobs.set(run.job, [...(jobs.get(run.job) ?? []), run]);
  return jobs;
}
