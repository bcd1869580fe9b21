import type { Bench } from "../support/reporter.ts";
import { chaos } from "./chaos.ts";
import { contention } from "./contention.ts";
import { embedded } from "./embedded.ts";
import { growth } from "./growth.ts";
import { latency } from "./latency.ts";
import { outage } from "./outage.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";
import { scale } from "./scale.ts";
import { sleepers } from "./sleepers.ts";
import { soak } from "./soak.ts";

/** Every bench by its name, in the order in which `npm run bench` runs them. */
export const benches: Readonly<Record<string, Bench>> = {
  embedded,
  scale,
  latency,
  sleepers,
  contention,
  chaos,
  redis,
  postgres,
  growth,
  outage,
  soak,
};
