import { type Engine, override, type Upkeep } from "../../engine/index.ts";
import type { Mover } from "./mover.ts";

interface UpkeepParts {
  readonly broker: Engine;
  readonly results: Engine | undefined;
  readonly mover: Mover;
}

/** The broker's upkeep, with what it leaves over moved on, and pruned where the results are. */
export function createUpkeep({ broker, results, mover }: UpkeepParts): Upkeep {
  return override<Upkeep>(broker.upkeep, {
    async prune({ max, maxFinished }) {
      await mover.sweep();
      // By age alone: what could not be moved yet must not go because there is much of it.
      const { pruned } = await broker.upkeep.prune({ max, maxFinished: Number.MAX_SAFE_INTEGER });
      if (results === undefined || pruned >= max) return { pruned };
      try {
        const archived = await results.upkeep.prune({ max: max - pruned, maxFinished });
        return { pruned: pruned + archived.pruned };
      } catch (error) {
        // The worker must not think that its broker is away.
        mover.tellOf(error);
        return { pruned };
      }
    },
  });
}
