import type { Engine } from "../../engine/index.ts";
import { type RedisEngineOptions, readRedisOptions } from "./options.ts";
import { createPartition, type EngineParts } from "./partition.ts";
import { joinPartitions } from "./partitions/index.ts";

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
  const { jobs, liveness, upkeep, bus, inspect, archive, records, maintenance, start, stop } = createParts(options);
  return {
    kind: "redis",
    capabilities: { transactions: false, processes: true, results: true },
    ...{ jobs, liveness, upkeep, bus, inspect, archive, records, maintenance, start, stop },
  };
}

function createParts(options: RedisEngineOptions): EngineParts {
  const settings = readRedisOptions(options);
  const [first, ...others] = Array.from({ length: settings.partitions }, (_, number) =>
    createPartition(settings, number),
  );
  if (first === undefined) throw new RangeError("A namespace has no partitions.");
  return others.length === 0 ? first : joinPartitions([first, ...others]);
}
