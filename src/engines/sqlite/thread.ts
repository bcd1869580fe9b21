import { parentPort, workerData } from "node:worker_threads";
import { toErrorRecord } from "../../kernel/error-record.ts";
import { toEngineError } from "./errors.ts";
import type { SqliteSettings } from "./options.ts";
import type { Notice } from "./protocol.ts";
import { StoreThread } from "./thread/store-thread.ts";

if (parentPort === null) throw new Error("This file is the entry of the SQLite engine's thread, not a module.");
const port = parentPort;
const settings = workerData as SqliteSettings;
try {
  await new StoreThread(port, settings).start();
} catch (error) {
  const refusal: Notice = { kind: "refused", error: toErrorRecord(toEngineError(error, settings.path)) };
  port.postMessage([refusal]);
  port.close();
}
