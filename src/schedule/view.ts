import { formatDuration } from "../kernel/duration.ts";
import { decodeJson } from "../kernel/json.ts";
import type { MissedPolicy, Origin, OverlapPolicy } from "./definition.ts";
import type { StoredSchedule } from "./stored.ts";
import { nextOf, occurrencesOf, type Timing } from "./timing/index.ts";

const UPCOMING = 5;

/** A schedule as it stands. */
export interface Schedule {
  readonly name: string;
  readonly task: string;
  readonly input: unknown;
  /** `paused`: nothing happens until `resume()`. `over`: it has no further occurrence. */
  readonly state: "active" | "paused" | "over";
  /** When it happens, in words: `every 10 s`, `cron 30 2 * * * (Europe/Berlin)`. */
  readonly when: string;
  readonly timing: Timing;
  /** The next occurrences, up to five. */
  readonly upcoming: readonly Date[];
  /** The last occurrence that became a job, and which. */
  readonly last: { readonly at: Date; readonly jobId: string } | undefined;
  /** The occurrence that waits for the end of the last job. */
  readonly waiting: Date | undefined;
  /** `code`: the app's code defines it; `runtime`: it was made by a call. */
  readonly origin: Origin;
  /** The code defines it no longer: that of this app, at least. It goes on until it is removed. */
  readonly orphaned: boolean;
  readonly missed: MissedPolicy;
  readonly overlap: OverlapPolicy;
  readonly jitterMs: number;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  readonly expiresMs: number | undefined;
  readonly queue: string;
  readonly priority: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAt: Date;
}

/** Shows a stored schedule; `inCode`: whether this app's code defines it. */
export function viewOf(name: string, stored: StoredSchedule, inCode: boolean): Schedule {
  const { definition, origin, last } = stored;
  const { task, input, timing, missed, overlap, jitterMs, expiresMs, queue, priority, headers } = definition;
  return {
    ...{ name, task, input: decodeJson(input), state: stateOf(stored), when: describeTiming(timing), timing },
    upcoming: upcomingOf(stored).map((at) => new Date(at)),
    last: last && { at: new Date(last.at), jobId: last.jobId },
    waiting: dateOf(stored.waitingAt),
    ...{ origin, orphaned: origin === "code" && !inCode, missed, overlap, jitterMs, expiresMs },
    start: dateOf(definition.startAt),
    end: dateOf(definition.endAt),
    ...{ queue, priority, headers: headers ?? {}, createdAt: new Date(stored.createdAt) },
  };
}

/** Says when something happens. */
function describeTiming(timing: Timing): string {
  switch (timing.kind) {
    case "every":
      return `every ${formatDuration(timing.everyMs).replace(".0 ", " ")}`;
    case "cron":
      return `cron ${timing.pattern} (${timing.timeZone}${timing.dayRule === "both" ? ", both day fields" : ""})`;
    case "at":
      return `once, at ${new Date(timing.at).toISOString()}`;
    case "solar":
      return `${timing.event} at ${degrees(timing.latitude, "N", "S")}, ${degrees(timing.longitude, "E", "W")}`;
  }
}

function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value)}° ${value < 0 ? negative : positive}`;
}

function stateOf({ paused, nextAt, waitingAt }: StoredSchedule): Schedule["state"] {
  if (paused) return "paused";
  return nextAt === undefined && waitingAt === undefined ? "over" : "active";
}

function upcomingOf({ definition, nextAt }: StoredSchedule): number[] {
  return nextAt === undefined ? [] : [nextAt, ...nextOf(occurrencesOf(definition), nextAt, UPCOMING - 1)];
}

function dateOf(instant: number | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant);
}
