import type { Engine } from "../../../src/engine/index.ts";
import { createRedisEngine } from "../../../src/engines/redis/index.ts";
import type { StoreReference } from "../../../src/testing/conformance/index.ts";

/** Child processes are told by their environment where the server is: by way of the proxy that can cut them off. */
export const URL_VARIABLE = "LOVAGE_CONFORMANCE_REDIS_URL";

/** Stores share a server: each is a part of the namespace's name. */
export function namespaceOf({ store, namespace }: StoreReference): string {
  return `${store}.${namespace}`;
}

export function openEngine(reference: StoreReference): Engine {
  return createRedisEngine({ url: process.env[URL_VARIABLE] ?? "", namespace: namespaceOf(reference) });
}
