import type { Archive, Engine, Records } from "../../engine/index.ts";
import { LifecycleGuard } from "../../kernel/lifecycle.ts";
import { RedisArchive } from "./archive.ts";
import { Arrivals } from "./arrivals.ts";
import { RedisBus } from "./bus.ts";
import { Changes } from "./changes.ts";
import { RedisInspect } from "./inspect/index.ts";
import { RedisJobs } from "./jobs.ts";
import { RedisLiveness } from "./liveness.ts";
import { RedisMaintenance } from "./maintenance.ts";
import type { RedisSettings } from "./options.ts";
import { RedisRecords } from "./records.ts";
import { Store } from "./store.ts";
import { RedisUpkeep } from "./upkeep.ts";

/** What an engine does, however many partitions it has. */
export interface EngineParts extends Omit<Engine, "kind" | "capabilities"> {
  readonly archive: Archive;
  readonly records: Records;
}

/** The part of a namespace that is in one slot: the whole engine, for the jobs that are there. */
export interface Partition extends EngineParts {
  readonly number: number;
  readonly store: Store;
  readonly records: RedisRecords;
}

export function createPartition(settings: RedisSettings, number: number): Partition {
  const store = new Store(settings, number);
  const arrivals = new Arrivals(store);
  const guard = new LifecycleGuard(
    async () => {
      await store.start();
      try {
        await arrivals.listen();
      } catch (error) {
        await store.stop();
        throw error;
      }
    },
    () => store.stop(),
  );
  return {
    number,
    store,
    jobs: new RedisJobs(store, arrivals, new Changes(store)),
    liveness: new RedisLiveness(store),
    upkeep: new RedisUpkeep(store),
    bus: new RedisBus(store),
    inspect: new RedisInspect(store),
    archive: new RedisArchive(store),
    records: new RedisRecords(store),
    maintenance: new RedisMaintenance(store),
    start: () => guard.start(),
    stop: () => guard.stop(),
  };
}
