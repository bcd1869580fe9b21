import { parseDuration } from "../kernel/duration.ts";
import { fixedLimits } from "../kernel/options/index.ts";
import type { OverlapPolicy } from "./definition.ts";
import type { StoredSchedule } from "./stored.ts";
import { latestOf, occurrencesOf } from "./timing/index.ts";

const ON_TIME_MS = parseDuration(fixedLimits["schedule.missed, on time until"].value) ?? 0;
const MAX_CAUGHT_UP = fixedLimits["schedule.missed: all, at most"].value;
// So many jobs in one write: with inputs at their limit, 6 MB.
const BATCH = 100;

/** What becomes of a schedule at an instant. */
export interface Tick {
  /** The occurrences to make jobs of, in their order. */
  readonly run: readonly number[];
  /** The occurrences left out because the last job has not ended. */
  readonly overlapped: readonly number[];
  /** The first occurrence left out because nobody was there for it. */
  readonly missedSince: number | undefined;
  readonly nextAt: number | undefined;
  readonly waitingAt: number | undefined;
}

/**
 * Decides what a schedule does now. `busy`: the job of its last occurrence has not ended. It has no effect, and is the
 * same wherever it is asked.
 */
export function tick(schedule: StoredSchedule, nowMs: number, busy: boolean): Tick {
  const { waitingAt, definition } = schedule;
  const { due, missedSince, nextAt } = comeDue(schedule, nowMs);
  const wanted = waitingAt === undefined ? due : [waitingAt, ...due];
  return { missedSince, nextAt, ...admit(definition.overlap, wanted, busy) };
}

/** The occurrences that have come, by the policy for those that nobody was there for. */
function comeDue(
  { definition, nextAt }: StoredSchedule,
  nowMs: number,
): Pick<Tick, "missedSince" | "nextAt"> & { readonly due: number[] } {
  if (nextAt === undefined || nextAt > nowMs) return { due: [], missedSince: undefined, nextAt };
  const occurrences = occurrencesOf(definition);
  const following = occurrences.after(nowMs);
  if (definition.missed === "all") {
    const late = latestOf(occurrences, nextAt, nowMs, MAX_CAUGHT_UP);
    if (late.length === 0) late.push(nextAt);
    const missedSince = late.length === MAX_CAUGHT_UP && late[0] !== nextAt ? nextAt : undefined;
    return { due: late.slice(0, BATCH), missedSince, nextAt: late[BATCH] ?? following };
  }
  // What was stored stands, also where a later version of Lovage would have found another instant.
  const latest = Math.max(nextAt, occurrences.upTo(nowMs) ?? nextAt);
  const runs = definition.missed === "once" || nowMs - latest <= ON_TIME_MS;
  const missedSince = latest > nextAt || !runs ? nextAt : undefined;
  return { due: runs ? [latest] : [], missedSince, nextAt: following };
}

type Admission = Pick<Tick, "run" | "overlapped" | "waitingAt">;

function admit(overlap: OverlapPolicy, wanted: readonly number[], busy: boolean): Admission {
  if (overlap === "allow") return { run: wanted, overlapped: [], waitingAt: undefined };
  const run = busy ? [] : wanted.slice(0, 1);
  const left = wanted.slice(run.length);
  if (overlap === "skip") return { run, overlapped: left, waitingAt: undefined };
  return { run, overlapped: left.slice(0, -1), waitingAt: left.at(-1) };
}
