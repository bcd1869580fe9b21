import type { Maintenance } from "../../engine/contract.ts";
import type { Store } from "./store.ts";

export function createMaintenance(store: Store): Maintenance {
  return {
    async migrate() {
      // Plain data structures have no schema: there is never anything to bring up to date.
      return { from: 0, to: 0, applied: [] };
    },
    async diagnose() {
      store.enter();
      const detail = `${store.jobs.size} jobs of namespace "${store.namespace}", in this process only: they end with it.`;
      return [{ check: "memory", ok: true, detail }];
    },
  };
}
