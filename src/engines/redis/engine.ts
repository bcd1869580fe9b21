import type { Engine } from "../../engine/index.ts";
import { LifecycleGuard } from "../../kernel/lifecycle.ts";
import { RedisArchive } from "./archive.ts";
import { Arrivals } from "./arrivals.ts";
import { RedisBus } from "./bus.ts";
import { Changes } from "./changes.ts";
import { RedisInspect } from "./inspect/index.ts";
import { RedisJobs } from "./jobs.ts";
import { RedisLiveness } from "./liveness.ts";
import { RedisMaintenance } from "./maintenance.ts";
import { type RedisEngineOptions, readRedisOptions } from "./options.ts";
import { RedisRecords } from "./records.ts";
import { Store } from "./store.ts";
import { RedisUpkeep } from "./upkeep.ts";

/**
 * An engine on Redis 6.2 or later, or Valkey: one server, or one under the care of Sentinels, or a Cluster. Any number of
 * processes share it.
 * @throws OptionsInvalid (`OPTIONS_INVALID`)
 *
 * @example
 * const engine = createRedisEngine({ url: "redis://127.0.0.1:6379" });
 * await engine.start();
 */
export function createRedisEngine(options: RedisEngineOptions): Engine {
  const store = new Store(readRedisOptions(options));
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
    kind: "redis",
    capabilities: { transactions: false, processes: true, results: true },
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
