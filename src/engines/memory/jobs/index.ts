import type { Jobs, ProgressUpdate } from "../../../engine/jobs.ts";
import { TransactionUnsupported } from "../../../kernel/errors.ts";
import type { Store } from "../store.ts";
import { copyPayload } from "./job.ts";

export function createJobs(store: Store): Jobs {
  return {
    async push(requests) {
      const now = store.enter();
      return requests.map((request) => store.push.run(request, now));
    },
    async pushWithin() {
      throw new TransactionUnsupported(
        "The memory engine has no transactions to push into: push without `tx` after your transaction has committed, " +
          "or use the SQLite engine (sqlite:PATH) on the database file that the transaction writes to.",
      );
    },
    async exchange({ worker, exchange, settlements, claim }) {
      const now = store.enter();
      const settled = settlements.map((settlement) => store.settle.run(settlement, now));
      if (claim === undefined || !store.workers.has(worker)) return { settled, claimed: [], quarantined: false };
      return { settled, ...store.claim.run({ worker, exchange, request: claim }, now) };
    },
    async progress(updates) {
      store.enter();
      for (const update of updates) keepProgress(store, update);
    },
    async arrival(interest, signal) {
      store.enter();
      await store.arrivals.wait(interest, signal);
    },
    async changes(listener) {
      store.enter();
      return store.changes.listen(listener);
    },
  };
}

function keepProgress({ jobs }: Store, { id, fence, progress }: ProgressUpdate): void {
  const job = jobs.get(id);
  if (job?.state === "active" && job.fence === fence) jobs.change(job, "active", { progress: copyPayload(progress) });
}
