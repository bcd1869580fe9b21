import type { Connection } from "../outbox.ts";

/** Opens a file with your own SQLite library. */
export function openDatabase(path: string): Connection & { close(): void };
