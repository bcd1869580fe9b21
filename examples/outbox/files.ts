import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.env.OUTBOX_FOLDER ?? fileURLToPath(new URL("../../.demo/outbox", import.meta.url));
mkdirSync(folder, { recursive: true });

/** The app's tables: opened by your library only. */
export const shopFile: string = join(folder, "shop.db");
/** Lovage's jobs: opened by Lovage only. */
export const jobsFile: string = join(folder, "jobs.db");
