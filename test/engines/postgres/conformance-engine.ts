import type { Engine } from "../../../src/engine/index.ts";
import { createPostgresEngine, readPostgresUrl } from "../../../src/engines/postgres/index.ts";
import type { StoreReference } from "../../../src/testing/conformance/index.ts";

/** Where the store of a test is: its name is unique, so child processes find the same schema. */
export function schemaOf({ store }: { readonly store: string }): string {
  return store.replaceAll("-", "_");
}

export function openEngine(reference: StoreReference): Engine {
  // Set by the test, also for its child processes.
  const url = process.env.LOVAGE_TEST_POSTGRES_URL ?? "";
  return createPostgresEngine({ ...readPostgresUrl(url), namespace: reference.namespace, schema: schemaOf(reference) });
}
