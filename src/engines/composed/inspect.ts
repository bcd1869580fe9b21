import {
  type BulkReply,
  type BulkRequest,
  type Inspect,
  type JobFilter,
  type ListRequest,
  override,
} from "../../engine/index.ts";
import type { FinishedState, JobRecord, JobState } from "../../kernel/job.ts";
import { finishedStates, isFinished } from "../../kernel/state.ts";
import { bringBack } from "./retry.ts";
import type { Sides } from "./sides.ts";

const RETRIABLE: readonly FinishedState[] = ["failed", "revoked"];
// Jobs that are brought back in one step.
const PAGE = 500;

type Skipped = BulkReply["skipped"][number];

/**
 * Looks at the broker first, then at the results: a job moves that way, so none falls between the two. What concerns
 * queues and workers is the broker's alone.
 */
export function createInspect(sides: Sides): Inspect {
  const { broker, results, mover } = sides;
  return override<Inspect>(broker.inspect, {
    get: (ids) => get(sides, ids),
    list: (request) => list(sides, request),
    count: (filter) =>
      mover.apart(async () => {
        const standing = await broker.inspect.count(filter);
        return includesFinished(filter) ? standing + (await results.inspect.count(filter)) : standing;
      }),
    async revoke(request) {
      const reply = await broker.inspect.revoke(request);
      if (reply.changed > 0) mover.wake();
      return withArchived(sides, reply, async (records) => ({
        changed: 0,
        skipped: records.map(({ id }): Skipped => ({ id, reason: "wrong-state" })),
      }));
    },
    retry: (request) => mover.apart(() => retry(sides, request)),
    remove: (request) => mover.apart(() => remove(sides, request)),
  });
}

async function get({ broker, results }: Sides, ids: readonly string[]): Promise<readonly (JobRecord | undefined)[]> {
  const records = new Map<string, JobRecord>();
  // The broker a second time: a job may be brought back while it is looked for.
  for (const { inspect } of [broker, results, broker]) {
    const missing = ids.filter((id) => !records.has(id));
    // Once also for none: it says whether the engine runs.
    if (missing.length === 0 && ids.length > 0) break;
    for (const record of await inspect.get(missing)) if (record !== undefined) records.set(record.id, record);
  }
  return ids.map((id) => records.get(id));
}

async function list({ broker, results }: Sides, request: ListRequest): Promise<readonly JobRecord[]> {
  const standing = await broker.inspect.list(request);
  if (!includesFinished(request.filter)) return standing;
  const archived = await results.inspect.list(request);
  // One that is in both, for the moment of its move, is the same in both, or later in the broker.
  const byId = new Map([...archived, ...standing].map((record) => [record.id, record]));
  return [...byId.values()].sort((left, right) => (left.id < right.id ? 1 : -1)).slice(0, Math.max(0, request.limit));
}

async function retry(sides: Sides, request: BulkRequest): Promise<BulkReply> {
  const { selection, dryRun } = request;
  const reply = await sides.broker.inspect.retry(request);
  if ("ids" in selection) {
    return withArchived(sides, reply, async (records) => {
      const retriable = records.filter(({ state }) => isOneOf(RETRIABLE, state));
      const others = records.filter(({ state }) => !isOneOf(RETRIABLE, state));
      const skipped = others.map(({ id }): Skipped => ({ id, reason: "wrong-state" }));
      const changed = dryRun ? retriable.length : await bringBack(sides, retriable);
      return { changed, skipped };
    });
  }
  const filter = among(selection.filter, RETRIABLE);
  const archived = dryRun ? await sides.results.inspect.count(filter) : await bringBackMatching(sides, filter);
  return { changed: reply.changed + archived, skipped: [] };
}

async function bringBackMatching(sides: Sides, filter: JobFilter): Promise<number> {
  let changed = 0;
  for (let cursor: string | undefined; ; ) {
    const page: readonly JobRecord[] = await sides.results.inspect.list({ filter, cursor, limit: PAGE });
    changed += await bringBack(sides, page);
    if (page.length < PAGE) return changed;
    cursor = page.at(-1)?.id;
  }
}

async function remove({ broker, results }: Sides, request: BulkRequest): Promise<BulkReply> {
  const { selection, dryRun } = request;
  const reply = await broker.inspect.remove(request);
  if ("ids" in selection) {
    const ids = reply.skipped.filter(({ reason }) => reason === "not-found").map(({ id }) => id);
    if (ids.length === 0) return reply;
    const archived = await results.inspect.remove({ selection: { ids }, dryRun });
    const skipped = [...reply.skipped.filter(({ reason }) => reason !== "not-found"), ...archived.skipped];
    return { changed: reply.changed + archived.changed, skipped };
  }
  const archived = await results.inspect.remove(request);
  return { changed: reply.changed + archived.changed, skipped: [] };
}

/** Asks the results about those that the broker does not have. */
async function withArchived(
  { results }: Sides,
  reply: BulkReply,
  answer: (records: readonly JobRecord[]) => Promise<BulkReply>,
): Promise<BulkReply> {
  const missing = reply.skipped.filter(({ reason }) => reason === "not-found").map(({ id }) => id);
  if (missing.length === 0) return reply;
  const records = (await results.inspect.get(missing)).filter((record) => record !== undefined);
  const found = new Set(records.map(({ id }) => id));
  const archived = await answer(records);
  const skipped = [...reply.skipped.filter(({ id }) => !found.has(id)), ...archived.skipped];
  return { changed: reply.changed + archived.changed, skipped };
}

function includesFinished({ states }: JobFilter): boolean {
  return states === undefined || states.some(isFinished);
}

function among(filter: JobFilter, states: readonly FinishedState[]): JobFilter {
  return { ...filter, states: states.filter((state) => filter.states?.includes(state) ?? true) };
}

function isOneOf(states: readonly JobState[], state: JobState): boolean {
  return states.includes(state);
}

/** Of a filter, what can still run. */
export function liveOnly(filter: JobFilter, live: readonly JobState[]): JobFilter {
  return { ...filter, states: live.filter((state) => filter.states?.includes(state) ?? true) };
}

/** Whether the filter fits jobs that have ended, and no others. */
export function isOnlyFinished({ states }: JobFilter): boolean {
  return (
    states !== undefined && states.length > 0 && states.every((state) => finishedStates.some((one) => one === state))
  );
}
