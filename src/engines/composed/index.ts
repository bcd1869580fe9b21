import { type Archive, type Capabilities, type Engine, type Liveness, override } from "../../engine/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { LifecycleGuard } from "../../kernel/lifecycle.ts";
import type { Logger } from "../../kernel/logger.ts";
import { createInspect } from "./inspect.ts";
import { createJobs } from "./jobs.ts";
import { createMaintenance } from "./maintenance.ts";
import { Mover } from "./mover.ts";
import { sideOf } from "./sides.ts";
import { createSinkInspect, createSinkJobs } from "./sink.ts";
import { createUpkeep } from "./upkeep.ts";

// Within it, whoever repeats a push or a settlement finds the job where it was, as on one engine.
const HOLD_MS = 1_000;

/** What a composed engine is made from. */
export interface ComposedEngineOptions {
  /** Has the jobs until they have ended, and all else: liveness, bus, records, keys, pauses, transactions. */
  readonly broker: Engine;
  /** Has the jobs that have ended; `undefined`: nobody does. It is of its own namespace. */
  readonly results: Engine | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For so long a job that has ended stays in the broker, in milliseconds. Default 1,000. */
  readonly holdMs?: number;
}

/**
 * An engine of two: the broker is the authority over a job until it has ended, and the finished job is its own outbox: it
 * leaves the broker once the results engine has stored it.
 * @throws CapabilityMissing (`CAPABILITY_MISSING`) for an engine that can be no side of it.
 *
 * @example
 * const engine = createComposedEngine({ broker: redis, results: postgres, clock: systemClock, logger });
 */
export function createComposedEngine(options: ComposedEngineOptions): Engine {
  const { clock, logger, holdMs = HOLD_MS } = options;
  const broker = sideOf(options.broker);
  const results = options.results && sideOf(options.results);
  const keep = async (jobs: Parameters<Archive["store"]>[0]): Promise<void> => results?.archive.store(jobs);
  const mover = new Mover({ broker: broker.archive, keep, clock, logger, holdMs });
  const sides = results && { broker, results, mover, clock, holdMs };
  return {
    kind: `${broker.kind}+${results?.kind ?? "none"}`,
    capabilities: capabilitiesOf(broker, results),
    jobs: sides === undefined ? createSinkJobs(broker, mover) : createJobs(sides),
    liveness: followed(broker, mover),
    upkeep: createUpkeep({ broker, results, mover }),
    bus: broker.bus,
    inspect: sides === undefined ? createSinkInspect(broker, mover) : createInspect(sides),
    records: broker.records,
    maintenance: createMaintenance(broker, results),
    ...lifecycleOf(broker, results, mover),
  };
}

function capabilitiesOf(broker: Engine, results: Engine | undefined): Capabilities {
  return {
    transactions: broker.capabilities.transactions,
    processes: broker.capabilities.processes && (results?.capabilities.processes ?? true),
    results: results !== undefined,
  };
}

/** Jobs also end when their worker is lost. */
function followed({ liveness }: Engine, mover: Mover): Liveness {
  return override<Liveness>(liveness, {
    async rescue(request) {
      const rescued = await liveness.rescue(request);
      if (rescued.some(({ state }) => state !== "ready")) mover.wake();
      return rescued;
    },
  });
}

function lifecycleOf(broker: Engine, results: Engine | undefined, mover: Mover): Pick<Engine, "start" | "stop"> {
  const stop = async (): Promise<void> => {
    await mover.stop();
    await Promise.all([broker.stop(), results?.stop()]);
  };
  const guard = new LifecycleGuard(async () => {
    try {
      await Promise.all([broker.start(), results?.start()]);
      mover.start();
    } catch (error) {
      await stop();
      throw error;
    }
  }, stop);
  return { start: () => guard.start(), stop: () => guard.stop() };
}
