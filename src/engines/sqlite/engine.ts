import type {
  Archive,
  Bus,
  Capabilities,
  Engine,
  Inspect,
  Jobs,
  Liveness,
  Maintenance,
  Records,
  Upkeep,
} from "../../engine/index.ts";
import type { Logger } from "../../kernel/logger.ts";
import { SqliteArchive } from "./client/archive.ts";
import { Arrivals } from "./client/arrivals.ts";
import { SqliteBus } from "./client/bus.ts";
import { Channel } from "./client/channel.ts";
import { SqliteInspect } from "./client/inspect.ts";
import { SqliteJobs } from "./client/jobs.ts";
import { SqliteLiveness } from "./client/liveness.ts";
import { SqliteMaintenance } from "./client/maintenance.ts";
import { SqliteRecords } from "./client/records.ts";
import { Subscriptions } from "./client/subscriptions.ts";
import { SqliteUpkeep } from "./client/upkeep.ts";
import type { SqliteSettings } from "./options.ts";
import { fromLogFields } from "./protocol.ts";

/** The parts of the engine on the main thread; the work is done by `thread.ts`. */
export class SqliteEngine implements Engine {
  readonly kind = "sqlite";
  readonly capabilities: Capabilities = { transactions: true, processes: true, results: true };
  readonly jobs: Jobs;
  readonly liveness: Liveness;
  readonly upkeep: Upkeep;
  readonly bus: Bus;
  readonly inspect: Inspect;
  readonly archive: Archive;
  readonly records: Records;
  readonly maintenance: Maintenance;
  readonly #channel: Channel;
  readonly #subscriptions: Subscriptions;

  constructor(settings: SqliteSettings, logger: Logger) {
    const arrivals = new Arrivals();
    const subscriptions = new Subscriptions();
    const channel = new Channel(settings, {
      onArrival: (waiters) => arrivals.wake(waiters),
      onMessage: (topic, message) => subscriptions.deliver(topic, message),
      onLog: ({ level, message, fields }) => logger.log(level, message, fromLogFields(fields)),
      onEnd: () => arrivals.wakeAll(),
      onRevived: () => void subscriptions.restore(channel),
    });
    this.#channel = channel;
    this.#subscriptions = subscriptions;
    this.jobs = new SqliteJobs(channel, settings, arrivals, subscriptions);
    this.liveness = new SqliteLiveness(channel, settings);
    this.upkeep = new SqliteUpkeep(channel);
    this.bus = new SqliteBus(channel, subscriptions);
    this.inspect = new SqliteInspect(channel);
    this.archive = new SqliteArchive(channel);
    this.records = new SqliteRecords(channel);
    this.maintenance = new SqliteMaintenance(channel, settings);
  }

  start(): Promise<void> {
    return this.#channel.start();
  }

  async stop(): Promise<void> {
    await this.#channel.stop();
    this.#subscriptions.clear();
  }
}
