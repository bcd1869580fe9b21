import type { JobRecord } from "../kernel/job.ts";

/** A job that has ended, and for how long from its end it is kept. */
export interface FinishedJob {
  readonly record: JobRecord;
  readonly retainMs: number;
}

/** Names a finished job as it stood: one that was retried, or ended again, has another version. */
export interface JobVersion {
  readonly id: string;
  readonly version: number;
}

/**
 * Finished jobs on their way from one engine to another. A job stays where it ended until the other engine has stored it,
 * so that it is never in no place; each step can be repeated, by several workers at once.
 */
export interface Archive {
  /**
   * Jobs that ended at least so long ago, by the engine's clock: roughly in the order in which they ended. Not those that a
   * retry must find here: with an `upstream`, or with slots and not succeeded.
   */
  ended(request: { readonly max: number; readonly forMs: number }): Promise<readonly FinishedJob[]>;
  /**
   * Keeps finished jobs of another engine, with their instants, fence and version. One that is here in this version or a
   * later one, or that has not ended here, is left alone. Nobody is told, since nothing about the job changed.
   */
  store(jobs: readonly FinishedJob[]): Promise<void>;
  /** Removes jobs that are here still finished and in this version; idempotency keys stay, and nobody is told. */
  drop(jobs: readonly JobVersion[]): Promise<{ readonly dropped: number }>;
}
