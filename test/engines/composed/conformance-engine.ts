import type { Engine } from "../../../src/engine/index.ts";
import { createComposedEngine } from "../../../src/engines/composed/index.ts";
import { systemClock } from "../../../src/kernel/clock.ts";
import { silentLogger } from "../../../src/kernel/logger.ts";
import type { StoreReference } from "../../../src/testing/conformance/index.ts";
import { openEngine as openPostgres } from "../postgres/conformance-engine.ts";
import { openEngine as openRedis } from "../redis/conformance-engine.ts";
import { openEngine as openSqlite } from "../sqlite/conformance-engine.ts";

export type SideName = "postgres" | "redis" | "sqlite";

const opened: Readonly<Record<SideName, (reference: StoreReference) => Engine>> = {
  postgres: openPostgres,
  redis: openRedis,
  sqlite: openSqlite,
};

/** The module that a child process loads for a composition: this one, told by its URL which it is. */
export function moduleOf(broker: SideName, results: SideName): string {
  return new URL(`./conformance-engine.ts?broker=${broker}&results=${results}`, import.meta.url).href;
}

export function openComposed(broker: SideName, results: SideName, reference: StoreReference): Engine {
  return createComposedEngine({
    broker: opened[broker](reference),
    results: opened[results]({ ...reference, namespace: `${reference.namespace}_results` }),
    clock: systemClock,
    logger: silentLogger,
    // Every job moves at once: what can go wrong in a move goes wrong here.
    holdMs: 0,
  });
}

/** In a child process, whose module's URL says what to open. */
export function openEngine(reference: StoreReference): Engine {
  const parameters = new URL(import.meta.url).searchParams;
  return openComposed(sideNamed(parameters.get("broker")), sideNamed(parameters.get("results")), reference);
}

function sideNamed(name: string | null): SideName {
  if (name === "postgres" || name === "redis" || name === "sqlite") return name;
  throw new RangeError(`No engine of these tests is called ${name}.`);
}
