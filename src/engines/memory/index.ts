import type { Engine } from "../../engine/contract.ts";
import { type Clock, systemClock } from "../../kernel/clock.ts";
import { createArchive } from "./archive.ts";
import { createBus } from "./bus.ts";
import { createInspect } from "./inspect.ts";
import { createJobs } from "./jobs/index.ts";
import { createLiveness } from "./liveness.ts";
import { createMaintenance } from "./maintenance.ts";
import { createRecords } from "./records.ts";
import { Store } from "./store.ts";
import { createUpkeep } from "./upkeep.ts";

/** Options of `createMemoryEngine`. */
export interface MemoryEngineOptions {
  /** Names the engine in messages and health checks; each engine has jobs of its own. Default `"lovage"`. */
  readonly namespace?: string;
  /** Decides what is due, lapsed and expired. Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * An engine in plain data structures, for one process and as long as it lives: for tests, and to try things out.
 *
 * @example
 * const clock = new FakeClock();
 * const engine = createMemoryEngine({ clock });
 * await engine.start();
 */
export function createMemoryEngine(options: MemoryEngineOptions = {}): Engine {
  const { namespace = "lovage", clock = systemClock } = options;
  const store = new Store(namespace, clock);
  return {
    kind: "memory",
    capabilities: { transactions: false, processes: false, results: true },
    jobs: createJobs(store),
    liveness: createLiveness(store),
    upkeep: createUpkeep(store),
    bus: createBus(store),
    inspect: createInspect(store),
    archive: createArchive(store),
    records: createRecords(store),
    maintenance: createMaintenance(store),
    start: () => store.lifecycle.start(),
    stop: () => store.lifecycle.stop(),
  };
}
