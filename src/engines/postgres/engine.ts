import type {
  Archive,
  Bus,
  Capabilities,
  Engine,
  Inspect,
  Liveness,
  Maintenance,
  Records,
  Upkeep,
} from "../../engine/index.ts";
import { LifecycleGuard } from "../../kernel/lifecycle.ts";
import { PostgresArchive } from "./archive/archive.ts";
import { OPERATION_MS, Pool } from "./client/pool.ts";
import { ServerClock } from "./client/server-clock.ts";
import { migrate } from "./database/migrate.ts";
import { PostgresInspect } from "./inspect/inspect.ts";
import { PostgresJobs } from "./jobs/jobs.ts";
import { PostgresLiveness } from "./liveness/liveness.ts";
import { PostgresMaintenance } from "./maintenance/maintenance.ts";
import type { PostgresSettings } from "./options.ts";
import { PostgresRecords } from "./records/records.ts";
import { PostgresBus } from "./signals/bus.ts";
import { Signals } from "./signals/signals.ts";
import { PostgresUpkeep } from "./upkeep/upkeep.ts";

/** Schema changes may take long, and several processes that start at once wait for one of them. */
const START_MS = 60_000;

/** The parts of the engine, over one pool of connections and one that listens. */
export class PostgresEngine implements Engine {
  readonly kind = "postgres";
  readonly capabilities: Capabilities = { transactions: true, processes: true, results: true };
  readonly jobs: PostgresJobs;
  readonly liveness: Liveness;
  readonly upkeep: Upkeep;
  readonly bus: Bus;
  readonly inspect: Inspect;
  readonly archive: Archive;
  readonly records: Records;
  readonly maintenance: Maintenance;
  readonly #settings: PostgresSettings;
  readonly #pool: Pool;
  readonly #signals: Signals;
  readonly #clock: ServerClock;
  readonly #lifecycle: LifecycleGuard = new LifecycleGuard(
    () => this.#begin(),
    () => this.#end(),
  );

  constructor(settings: PostgresSettings) {
    const { schema } = settings;
    const pool = new Pool(settings);
    const signals = new Signals(settings, pool);
    const { arrivals, subscriptions, process } = signals;
    this.#settings = settings;
    this.#pool = pool;
    this.#signals = signals;
    this.#clock = new ServerClock(pool, schema);
    this.jobs = new PostgresJobs({ settings, pool, clock: this.#clock, arrivals, subscriptions });
    this.liveness = new PostgresLiveness(pool, settings);
    this.upkeep = new PostgresUpkeep(pool, schema);
    this.bus = new PostgresBus({ schema, process, pool, subscriptions });
    const inspect = new PostgresInspect(pool, schema, arrivals);
    this.inspect = inspect;
    this.archive = new PostgresArchive(pool, schema, inspect);
    this.records = new PostgresRecords(pool, schema);
    this.maintenance = new PostgresMaintenance(settings, pool, signals);
  }

  start(): Promise<void> {
    return this.#lifecycle.start();
  }

  stop(): Promise<void> {
    return this.#lifecycle.stop();
  }

  async #begin(): Promise<void> {
    await migrate(this.#settings, { dryRun: false, deadlineAt: Date.now() + START_MS });
    this.#pool.open();
    try {
      await this.#clock.measure();
    } catch (error) {
      await this.#pool.close(OPERATION_MS);
      throw error;
    }
    this.#signals.start();
  }

  async #end(): Promise<void> {
    await this.jobs.close();
    await this.#signals.stop();
    await this.#pool.close(OPERATION_MS);
  }
}
