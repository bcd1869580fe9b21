import { EngineUnavailable } from "../../kernel/errors.ts";
import type { JobRecord } from "../../kernel/job.ts";
import type { Sides } from "./sides.ts";

// Between its two steps another process may move a job away again, since it has ended long ago.
const MAX_ATTEMPTS = 5;
// Of a job that comes back: it runs again at once, so it is never counted.
const RETAIN_MS = 86_400_000;

/**
 * Brings failed and revoked jobs back to the broker, and makes them ready there: first as they are, then by the broker's
 * own retry, then their copies go. Each step can be repeated, so a process that ends in between loses nothing.
 * Says how many were made ready. Call it while this process moves nothing.
 */
export async function bringBack({ broker, results }: Sides, records: readonly JobRecord[]): Promise<number> {
  let changed = 0;
  let left = records;
  for (let attempt = 0; left.length > 0; attempt += 1) {
    if (attempt === MAX_ATTEMPTS) throw notBroughtBack(left);
    await broker.archive.store(left.map((record) => ({ record, retainMs: RETAIN_MS })));
    const ids = left.map(({ id }) => id);
    const reply = await broker.inspect.retry({ selection: { ids }, dryRun: false });
    changed += reply.changed;
    const movedAway = new Set(reply.skipped.filter(({ reason }) => reason === "not-found").map(({ id }) => id));
    await results.archive.drop(left.filter(({ id }) => !movedAway.has(id)));
    left = left.filter(({ id }) => movedAway.has(id));
  }
  return changed;
}

function notBroughtBack(left: readonly JobRecord[]): EngineUnavailable {
  return new EngineUnavailable(
    `${left.length} finished jobs were moved to the results store as fast as they were brought back from it, so they were not retried: retry them again.`,
    { details: { ids: left.map(({ id }) => id) } },
  );
}
