import { dropJobs } from "../archive/drop.ts";
import { endedJobs } from "../archive/ended.ts";
import { storeJobs } from "../archive/store.ts";
import type { Connection } from "../database/connection.ts";
import { migrateAndRecount } from "../database/migrate.ts";
import { bulk } from "../inspect/bulk.ts";
import { countJobs } from "../inspect/filter.ts";
import { getJobs } from "../inspect/get.ts";
import { listJobs } from "../inspect/list.ts";
import { queueStatistics, workerStatistics } from "../inspect/statistics.ts";
import { Claims } from "../jobs/claim.ts";
import { exchange } from "../jobs/exchange.ts";
import { recordProgress } from "../jobs/progress.ts";
import { push } from "../jobs/push.ts";
import { beat } from "../liveness/beat.ts";
import { deregister, register } from "../liveness/register.ts";
import { rescue } from "../liveness/rescue.ts";
import { diagnose } from "../maintenance/diagnose.ts";
import type { SqliteSettings } from "../options.ts";
import type { Call, OperationName, Operations } from "../protocol.ts";
import { dueRecords, getRecords, listRecords } from "../records/read.ts";
import { writeRecords } from "../records/write.ts";
import { expire } from "../upkeep/expire.ts";
import { promote } from "../upkeep/promote.ts";
import { prune } from "../upkeep/prune.ts";
import type { Work } from "../work.ts";

/** How an operation touches the file: in the shared write transaction, in a read transaction, or by itself. */
export type Access = "write" | "read" | "apart";

type Handlers = {
  readonly [Name in OperationName]: (request: Operations[Name]["request"]) => Operations[Name]["reply"];
};

const accessByName: Readonly<Record<OperationName, Access>> = {
  push: "write",
  exchange: "write",
  progress: "write",
  register: "write",
  beat: "write",
  deregister: "write",
  rescue: "write",
  promote: "write",
  expire: "write",
  prune: "write",
  get: "read",
  list: "read",
  count: "read",
  bulk: "write",
  pause: "write",
  ended: "read",
  store: "write",
  drop: "write",
  getRecords: "read",
  listRecords: "read",
  dueRecords: "read",
  writeRecords: "write",
  queues: "read",
  workers: "read",
  migrate: "apart",
  diagnose: "apart",
};

/** Everything that the engine's thread can be asked to do with the file. */
export class StoreOperations {
  readonly #handlers: Handlers;
  readonly #claims: Claims = new Claims();

  constructor(connection: Connection, work: Work, settings: SqliteSettings) {
    this.#handlers = {
      push: (wire) => push(work, wire),
      exchange: (wire) => exchange(work, this.#claims, wire),
      progress: (updates) => void recordProgress(work, updates),
      register: ({ worker, leaseMs }) => void register(work, worker, leaseMs),
      beat: (request) => beat(work, request),
      deregister: (worker) => void deregister(work, worker),
      rescue: (request) => rescue(work, request),
      promote: ({ max }) => promote(work, max),
      expire: ({ max, retainMs }) => expire(work, max, retainMs),
      prune: ({ max, maxFinished }) => prune(work, max, maxFinished),
      get: (ids) => getJobs(work, ids),
      list: (request) => listJobs(work, request),
      count: (filter) => countJobs(work, filter),
      bulk: (step) => bulk(work, step),
      pause: ({ queue, paused }) => void work.lanes.setPaused(queue, paused),
      ended: (request) => endedJobs(work, request),
      store: (jobs) => void storeJobs(work, jobs),
      drop: (jobs) => dropJobs(work, jobs),
      getRecords: (request) => getRecords(work, request),
      listRecords: (request) => listRecords(work, request),
      dueRecords: (request) => dueRecords(work, request),
      writeRecords: (request) => writeRecords(work, request),
      queues: () => queueStatistics(work),
      workers: () => workerStatistics(work),
      migrate({ dryRun }) {
        const deadlineAt = Date.now() + MIGRATION_MS;
        const report = migrateAndRecount(connection, { namespace: settings.namespace, dryRun, deadlineAt });
        // What this connection itself commits does not change its data_version.
        work.lanes.invalidate();
        return report;
      },
      diagnose: () => diagnose(connection, settings),
    };
  }

  accessOf(name: OperationName): Access {
    return accessByName[name];
  }

  /**
   * Whether the call that ran last is answered only when its changes are on the disk. An exchange is not: a power cut
   * that takes a claim or a settlement takes the worker too, and the job is run again as after any other end of a worker.
   * Of an early job, though, the claim is all that keeps it from running twice.
   */
  waitsForDisk(name: OperationName): boolean {
    return name !== "exchange" || this.#claims.gaveEarly;
  }

  run<Name extends OperationName>({ name, request }: Call<Name>): Operations[Name]["reply"] {
    return this.#handlers[name](request);
  }
}

/** A migration may have to wait for another process that migrates a large file. */
export const MIGRATION_MS = 30_000;
