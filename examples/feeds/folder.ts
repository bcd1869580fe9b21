import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Everything that the demo keeps, in one place: `.demo/` under the clone's root, or `LOVAGE_DEMO_FOLDER`. */
export const folder: string = process.env.LOVAGE_DEMO_FOLDER ?? fileURLToPath(new URL("../../.demo", import.meta.url));

mkdirSync(folder, { recursive: true });

/** The app's own tables. */
export const feedsFile: string = join(folder, "feeds.db");
/** Lovage's jobs. */
export const jobsFile: string = join(folder, "jobs.db");
/** What the web process and the worker log. */
export const webLog: string = join(folder, "web.log");
export const workerLog: string = join(folder, "worker.log");
/** Held by the demo that runs. */
export const lockFile: string = join(folder, "lock.db");
