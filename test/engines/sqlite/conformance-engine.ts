import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../../src/engine/index.ts";
import { createSqliteEngine } from "../../../src/engines/sqlite/index.ts";
import type { StoreReference } from "../../../src/testing/conformance/index.ts";

/** Where the store of a test is: its name is unique, so child processes find the same file. */
export function pathOf({ store }: StoreReference): string {
  return join(tmpdir(), `lovage-${store}.db`);
}

export function openEngine(reference: StoreReference): Engine {
  return createSqliteEngine({ path: pathOf(reference), namespace: reference.namespace });
}
