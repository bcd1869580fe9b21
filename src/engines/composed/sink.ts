import { type Engine, type Inspect, type JobFilter, type Jobs, override } from "../../engine/index.ts";
import { CapabilityMissing } from "../../kernel/errors.ts";
import type { JobState } from "../../kernel/job.ts";
import { isFinished } from "../../kernel/state.ts";
import { isOnlyFinished, liveOnly } from "./inspect.ts";
import { hasEnded } from "./jobs.ts";
import type { Mover } from "./mover.ts";

const LIVE: readonly JobState[] = ["scheduled", "ready", "active", "waiting"];

/** The broker's jobs where nobody keeps results: what a job returned is sent for those only that wait for it. */
export function createSinkJobs(broker: Engine, mover: Mover): Jobs {
  return override<Jobs>(broker.jobs, {
    async exchange(request) {
      const reply = await broker.jobs.exchange(request);
      if (hasEnded(reply.settled)) mover.wake();
      return reply;
    },
  });
}

/** The broker's jobs as those see them who look: one that has ended is gone, also in the moment before it is dropped. */
export function createSinkInspect({ inspect }: Engine, mover: Mover): Inspect {
  return override<Inspect>(inspect, {
    async get(ids) {
      const records = await inspect.get(ids);
      return records.map((record) => (record === undefined || isFinished(record.state) ? undefined : record));
    },
    list: async ({ filter, ...page }) => inspect.list({ filter: standing(filter), ...page }),
    count: async (filter) => inspect.count(standing(filter)),
    async revoke(request) {
      const reply = await inspect.revoke(request);
      if (reply.changed > 0) mover.wake();
      return { ...reply, skipped: reply.skipped.map(({ id }) => ({ id, reason: "not-found" }) as const) };
    },
    async retry() {
      throw noResults("A retry");
    },
    async remove({ selection, dryRun }) {
      const asked = "ids" in selection ? selection : { filter: standing(selection.filter) };
      return inspect.remove({ selection: asked, dryRun });
    },
  });
}

/** @throws CapabilityMissing (`CAPABILITY_MISSING`) for a filter that asks for nothing but jobs that have ended. */
function standing(filter: JobFilter): JobFilter {
  if (isOnlyFinished(filter)) throw noResults("A look at finished jobs");
  return liveOnly(filter, LIVE);
}

function noResults(what: string): CapabilityMissing {
  return new CapabilityMissing(
    `${what} needs a store of results, and this app has results: "none": a job that has ended is gone. Name a store, as in results: "postgres://…", or leave results out.`,
  );
}
