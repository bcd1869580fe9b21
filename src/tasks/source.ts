import type { Clock } from "../kernel/clock.ts";
import type { ResultSource } from "./async-result.ts";
import type { Pusher } from "./pusher.ts";

/** What a task needs to push. */
export interface TaskSource extends ResultSource {
  readonly pusher: Pusher;
  readonly clock: Clock;
}
