import type { BoundedTiming } from "./timing/index.ts";

/** What becomes of occurrences for which no worker was there. */
export type MissedPolicy = "skip" | "once" | "all";

/** What becomes of an occurrence while the job of the one before has not ended. */
export type OverlapPolicy = "allow" | "skip" | "queue";

/** All that a schedule says, after defaults and validation, as it is stored. Times in milliseconds. */
export interface Definition extends BoundedTiming {
  readonly task: string;
  /** JSON text, as it will be the job's. */
  readonly input: string | undefined;
  readonly missed: MissedPolicy;
  readonly overlap: OverlapPolicy;
  readonly jitterMs: number;
  readonly expiresMs: number | undefined;
  readonly queue: string;
  readonly priority: number;
  readonly ack: "late" | "early";
  readonly headers: Readonly<Record<string, string>> | undefined;
}

/** Who made a schedule: the app's code, which defines it anew whenever a worker starts, or a call at run time. */
export type Origin = "code" | "runtime";
