import type { Archive, Engine } from "../../engine/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import { CapabilityMissing } from "../../kernel/errors.ts";
import type { Mover } from "./mover.ts";

/** An engine that can be one side of a composition. */
export interface Side extends Engine {
  readonly archive: Archive;
}

/** What the parts of a composed engine share. */
export interface Sides {
  readonly broker: Side;
  readonly results: Side;
  readonly mover: Mover;
  readonly clock: Clock;
  readonly holdMs: number;
}

/** @throws CapabilityMissing (`CAPABILITY_MISSING`) */
export function sideOf(engine: Engine): Side {
  const { kind, capabilities, jobs, liveness, upkeep, bus, inspect, records, maintenance, archive } = engine;
  if (archive === undefined)
    throw new CapabilityMissing(
      `The ${kind} engine gives no finished jobs away and takes none in, so it can be neither the broker of other results nor the results of another broker: name it alone, by url.`,
    );
  return {
    ...{ kind, capabilities, jobs, liveness, upkeep, bus, inspect, records, maintenance, archive },
    start: () => engine.start(),
    stop: () => engine.stop(),
  };
}
