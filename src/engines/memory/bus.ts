import type { Bus } from "../../engine/bus.ts";
import type { Store } from "./store.ts";

export function createBus(store: Store): Bus {
  return {
    async publish(topic, message) {
      store.enter();
      store.topics.publish(topic, message);
    },
    async subscribe(topic, listener) {
      store.enter();
      return store.topics.subscribe(topic, listener);
    },
  };
}
